import { matchesGlob, posix } from 'node:path';
import { expect, test } from 'vitest';
import { asSeen, toUnseen, Unseen } from '../../shared/checks/guest/unseen.ts';
import { lookAtBootFiles } from './boot-files.ts';
import { kernelVersionIn } from './kernels.ts';
import type { Reader } from './reader.ts';
import { configLine } from './text.ts';

/** A guest's files by path; what begins with "->" is a symbolic link. */
type Guest = Record<string, string>;

function makeReader(guest: Guest): Reader {
  const resolve = (path: string): string | undefined => {
    const content = guest[posix.normalize(path)];
    return content?.startsWith('->')
      ? resolve(posix.join(posix.dirname(path), content.slice(2)))
      : content === undefined
        ? undefined
        : posix.normalize(path);
  };
  const config: Reader['config'] = async (path) => {
    const found = resolve(path);
    return found === undefined
      ? undefined
      : guest[found]
          ?.split('\n')
          .filter((line) => line !== '')
          .map(configLine);
  };
  const under = (folder: string) =>
    Object.keys(guest)
      .filter((path) => path.startsWith(`${folder}/`))
      .map((path) => path.slice(folder.length + 1));
  return {
    about: async () => undefined,
    hidden: () => undefined,
    real: (path) => path,
    read: config,
    config,
    readSize: async () => Number.NaN,
    head: async () => undefined,
    part: async () => undefined,
    resolve: async (path) => resolve(path),
    list: async (folder) => [...new Set(under(folder).map((path) => path.split('/')[0] ?? ''))],
    expand: async (...patterns) =>
      patterns.flatMap((pattern) =>
        Object.keys(guest)
          .filter((path) => matchesGlob(path, pattern))
          .sort(),
      ),
    exists: async (path) => resolve(path) !== undefined,
    holding: async () => [],
    among: async () => [],
  };
}

const debian: Guest = {
  '/vmlinuz': '->boot/vmlinuz-6.1.0-2-amd64',
  '/boot/vmlinuz-6.1.0-2-amd64': '',
  '/boot/vmlinuz-6.1.0-10-amd64': '',
  '/boot/initrd.img-6.1.0-2-amd64': '',
  '/lib/modules/6.1.0-2-amd64/modules.dep': '',
  '/boot/grub/grub.cfg': 'menuentry a {\n\tlinux\t/vmlinuz root=UUID=1\n\tinitrd\t/boot/gone.img\n}\n',
};

test('GRUB on Debian: links are followed, what is missing is named', async () => {
  expect(await lookAtBootFiles(makeReader(debian), false)).toEqual({
    loader: 'grub',
    boot: {
      images: ['6.1.0-10-amd64', '6.1.0-2-amd64'],
      moduleFolders: ['6.1.0-2-amd64'],
      entry: {
        from: '/boot/grub/grub.cfg',
        kernel: '/boot/vmlinuz-6.1.0-2-amd64',
        initrds: [],
        commandLine: 'root=UUID=1',
        missing: ['/boot/gone.img'],
      },
    },
    commandLines: ['root=UUID=1'],
  });
});

test('BLS entries behind a stub on the ESP, /boot a filesystem of its own, options in grubenv', async () => {
  const guest = {
    '/boot/efi/EFI/rocky/grub.cfg': 'configfile $prefix/grub.cfg\n',
    '/boot/grub2/grub.cfg': 'set default="$saved_entry"\nblscfg\n',
    '/boot/grub2/grubenv': 'saved_entry=m-5.14.0-1\nkernelopts=root=UUID=7 ro\n',
    '/boot/loader/entries/m-5.14.0-2.conf': 'linux /vmlinuz-5.14.0-2\noptions $kernelopts\n',
    '/boot/loader/entries/m-5.14.0-1.conf':
      'linux /vmlinuz-5.14.0-1\ninitrd /early.img /initramfs-5.14.0-1.img $tuned_initrd\noptions $kernelopts quiet\n',
    '/boot/vmlinuz-5.14.0-1': '',
    '/boot/vmlinuz-5.14.0-2': '',
    '/boot/early.img': '',
    '/boot/initramfs-5.14.0-1.img': '',
  };
  const { boot, commandLines } = await lookAtBootFiles(makeReader(guest), false);
  expect(boot.entry).toMatchObject({
    kernel: '/boot/vmlinuz-5.14.0-1',
    initrds: ['/boot/early.img', '/boot/initramfs-5.14.0-1.img'],
    commandLine: 'root=UUID=7 ro quiet',
    missing: [],
  });
  expect(commandLines).toEqual(['root=UUID=7 ro quiet', 'root=UUID=7 ro']);
});

const alpine: Guest = {
  '/boot/extlinux.conf':
    'LABEL virt\n  LINUX vmlinuz-virt\n  INITRD initramfs-virt\n  APPEND root=UUID=2 modules=ext4\n',
  '/boot/vmlinuz-virt': '',
  '/boot/initramfs-virt': '',
  '/lib/modules/6.6.4-0-virt/modules.dep': '',
};

test('extlinux: paths are beside its file, and names hold no version', async () => {
  const { loader, boot } = await lookAtBootFiles(makeReader(alpine), true);
  expect(loader).toBe('syslinux');
  expect(boot.images).toBeUndefined();
  expect(boot.entry).toMatchObject({ kernel: '/boot/vmlinuz-virt', initrds: ['/boot/initramfs-virt'], missing: [] });
});

test('the first sector decides between two boot loaders', async () => {
  const both = makeReader({ ...debian, ...alpine });
  expect((await lookAtBootFiles(both, true)).loader).toBe('syslinux');
  expect((await lookAtBootFiles(both, false)).loader).toBe('grub');
});

test('systemd-boot on an ESP', async () => {
  const guest = {
    '/efi/loader/loader.conf': 'default arch-lts.conf\n',
    '/efi/loader/entries/arch.conf': 'linux /vmlinuz-linux\noptions root=LABEL=a\n',
    '/efi/loader/entries/arch-lts.conf':
      'linux /vmlinuz-linux-lts\ninitrd /initramfs-linux-lts.img\noptions root=LABEL=b\n',
    '/efi/vmlinuz-linux-lts': '',
    '/efi/initramfs-linux-lts.img': '',
  };
  const { loader, boot } = await lookAtBootFiles(makeReader(guest), false);
  expect(loader).toBe('systemd-boot');
  expect(boot.entry).toMatchObject({ kernel: '/efi/vmlinuz-linux-lts', commandLine: 'root=LABEL=b', missing: [] });
});

test('a unified kernel image: what it is told is known, whether it is started is not', async () => {
  const guest = { '/boot/efi/EFI/Linux/a.efi': '', '/etc/kernel/cmdline': 'root=UUID=3 console=ttyS0\n' };
  const { loader, boot, commandLines } = await lookAtBootFiles(makeReader(guest), false);
  expect([loader, asSeen(() => boot.entry), commandLines]).toEqual([
    'unified-kernel-image',
    toUnseen('boot-entry'),
    ['root=UUID=3 console=ttyS0'],
  ]);
});

test('nothing at all', async () => {
  const { boot, ...others } = await lookAtBootFiles(makeReader({}), false);
  expect(others).toEqual({ loader: undefined, commandLines: [] });
  expect([boot.images, boot.moduleFolders, asSeen(() => boot.entry)]).toEqual([[], [], toUnseen('boot-entry')]);
});

test('a kernel tells its version itself', () => {
  const image = Buffer.alloc(64 * 1024);
  image.write('HdrS', 0x202);
  image.writeUInt16LE(0x3000, 0x20e);
  image.write('6.6.4-0-virt (builder@host) #1', 0x3200);
  expect(kernelVersionIn(image)).toBe('6.6.4-0-virt');
  image.writeUInt16LE(0xffff, 0x20e);
  expect(kernelVersionIn(image)).toBeUndefined();
  expect(kernelVersionIn(Buffer.alloc(100))).toBeUndefined();
});

test('finds the files of an entry any number of subvolumes above the root, and beside what cannot be read', async () => {
  const menu = `linux /@/.snapshots/1/snapshot/boot/vmlinuz-6.1.0 root=LABEL=r ro
initrd /@/.snapshots/1/snapshot/boot/initrd-6.1.0
boot
`;
  const reader = makeReader({ '/boot/grub2/grub.cfg': menu, '/boot/vmlinuz-6.1.0': '', '/boot/initrd-6.1.0': '' });
  const hidden: Reader = {
    ...reader,
    resolve: (path) => {
      if (path.startsWith('/.snapshots')) throw new Unseen({ reason: 'filesystem', what: '/dev/sda3' });
      return reader.resolve(path);
    },
  };
  for (const each of [reader, hidden]) {
    const { boot } = await lookAtBootFiles(each, false);
    expect(asSeen(() => boot.entry)).toMatchObject({
      value: { kernel: '/boot/vmlinuz-6.1.0', initrds: ['/boot/initrd-6.1.0'], missing: [] },
    });
  }
  // A file that may lie where nothing can be read is not missing.
  const { boot } = await lookAtBootFiles(
    {
      ...hidden,
      resolve: (path) => (path === '/boot/vmlinuz-6.1.0' ? Promise.resolve(undefined) : hidden.resolve(path)),
    },
    false,
  );
  expect(asSeen(() => boot.entry)).toEqual({ unseen: { reason: 'filesystem', what: '/dev/sda3' } });
});
