import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { guestfish } from '../../images/guestfish.ts';

const MiB = 1024 ** 2;

function run(command: string, ...args: string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, MTOOLS_SKIP_CHECK: '1' } });
}

function empty(path: string, size: number): void {
  writeFileSync(path, '');
  truncateSync(path, size);
}

/** A small system, so that there are folders, links, and enough names for a tree in a folder. */
function makeTree(tree: string): void {
  for (const folder of ['etc', 'boot/grub', 'var/lib/dpkg', 'usr/lib/modules', 'home/a/.ssh', 'many'])
    mkdirSync(join(tree, folder), { recursive: true });
  writeFileSync(join(tree, 'etc/os-release'), 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n');
  writeFileSync(join(tree, 'etc/debian_version'), '12.1\n');
  writeFileSync(join(tree, 'etc/fstab'), '/dev/sda1 / ext4 defaults 0 1\n');
  writeFileSync(join(tree, 'boot/grub/grub.cfg'), 'menuentry a { linux /vmlinuz root=/dev/sda1 }\n'.repeat(200));
  writeFileSync(
    join(tree, 'var/lib/dpkg/status'),
    'Package: a\nStatus: install ok installed\nVersion: 1\n\n'.repeat(500),
  );
  for (let index = 0; index < 300; index++) writeFileSync(join(tree, 'many', `a-rather-long-name-${index}`), 'x');
}

type Maker = (path: string, tree: string) => void | Promise<void>;

/** Without checksums where that is possible: with them the kernel sees most bends at once, and goes no further. */
const makers = {
  ext4: (path, tree) => run('mke2fs', '-q', '-t', 'ext4', '-O', '^metadata_csum', '-d', tree, path, '16M'),
  'ext4 with checksums': (path, tree) => run('mke2fs', '-q', '-t', 'ext4', '-d', tree, path, '16M'),
  xfs: (path, tree) => {
    empty(path, 320 * MiB);
    const listed = makePrototype(tree);
    writeFileSync(`${path}.prototype`, listed);
    run('mkfs.xfs', '-q', '-m', 'crc=0,finobt=0,reflink=0', '-p', `${path}.prototype`, path);
    rmSync(`${path}.prototype`);
  },
  'xfs with checksums': (path) => {
    empty(path, 320 * MiB);
    run('mkfs.xfs', '-q', path);
  },
  btrfs: (path, tree) => {
    empty(path, 128 * MiB);
    run('mkfs.btrfs', '-q', '--rootdir', tree, path);
  },
  ntfs: (path, tree) => {
    empty(path, 16 * MiB);
    run('mkntfs', '-F', '-Q', '-q', path);
    for (const name of ['etc/os-release', 'boot/grub/grub.cfg'])
      run('ntfscp', '-q', '-f', path, join(tree, name), `/${name.split('/').pop()}`);
  },
  fat: (path, tree) => {
    empty(path, 16 * MiB);
    run('mkfs.vfat', '-n', 'ESP', path);
    run('mcopy', '-i', path, '-s', join(tree, 'etc'), join(tree, 'boot'), join(tree, 'many'), '::');
  },
  lvm: async (path) => {
    empty(path, 32 * MiB);
    await guestfish(
      [
        `add ${path} format:raw`,
        'run',
        'pvcreate /dev/sda',
        'vgcreate group /dev/sda',
        'lvcreate root group 12',
        'mkfs ext4 /dev/group/root',
        'mount /dev/group/root /',
        'mkdir /etc',
        'write /etc/os-release ID=debian',
        'umount-all',
        'shutdown',
        '',
      ].join('\n'),
    );
  },
  gpt: (path, tree) => {
    const inside = `${path}.inside`;
    makers.ext4(inside, tree);
    empty(path, 24 * MiB);
    execFileSync('sfdisk', ['-q', path], { input: 'label: gpt\nstart=2048,size=32768\nsize=8192\n', stdio: 'pipe' });
    run('dd', `if=${inside}`, `of=${path}`, 'bs=1M', 'seek=1', 'conv=notrunc,sparse', 'status=none');
    rmSync(inside);
  },
} as const satisfies Record<string, Maker>;

export type Filesystem = keyof typeof makers;
export const filesystems = Object.keys(makers) as Filesystem[];

/** One of each kind, as files in the folder. */
export async function makeSound(dir: string): Promise<Record<Filesystem, string>> {
  const tree = join(dir, 'tree');
  makeTree(tree);
  const made: Partial<Record<Filesystem, string>> = {};
  for (const name of filesystems) {
    const path = join(dir, name.replaceAll(' ', '-'));
    await (makers[name] as Maker)(path, tree);
    made[name] = path;
  }
  return made as Record<Filesystem, string>;
}

/** mkfs.xfs(8), -p */
function makePrototype(tree: string): string {
  const lines = (folder: string): string[] =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory()
        ? [`${entry.name} d--755 0 0`, ...lines(join(folder, entry.name)), '$']
        : [`${entry.name} ---644 0 0 ${join(folder, entry.name)}`],
    );
  return ['/stand/none', '0 0', 'd--755 0 0', ...lines(tree), '$', ''].join('\n');
}
