import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseLikeSystemdBoot, parseBlsEntry, sortBlsEntries } from './bls.ts';
import { type LoaderEntry, parseGrubEnvironment } from './entry.ts';
import { parseGrubConfig, parseGrubLegacy } from './grub.ts';
import { parseSyslinuxConfig } from './syslinux.ts';

function lines(text: string): string[] {
  return text.split('\n').map((line) => line.trim());
}
function grub(text: string, environment: Record<string, string> = {}, bls: LoaderEntry[] = []) {
  return parseGrubConfig(lines(text), new Map(Object.entries(environment)), () => bls);
}

/** The form of update-grub's output on Debian, in short. */
const debian = `
if [ -s $prefix/grubenv ]; then
  set have_grubenv=true
  load_env
fi
if [ "\${next_entry}" ] ; then
   set default="\${next_entry}"
   set next_entry=
   save_env next_entry
   set boot_once=true
else
   set default="0"
fi
if [ x"\${feature_menuentry_id}" = xy ]; then
  menuentry_id_option="--id"
else
  menuentry_id_option=""
fi
export menuentry_id_option
function load_video {
  if [ x$feature_all_video_module = xy ]; then
    insmod all_video
  fi
}
menuentry 'Debian GNU/Linux' --class debian --class os $menuentry_id_option 'gnulinux-simple-1234' {
	load_video
	search --no-floppy --fs-uuid --set=root 1234
	linux	/boot/vmlinuz-6.1.0-2-amd64 root=UUID=1234 ro  quiet
	initrd	/boot/initrd.img-6.1.0-2-amd64
}
submenu 'Advanced options for Debian GNU/Linux' $menuentry_id_option 'gnulinux-advanced-1234' {
	menuentry 'Debian GNU/Linux, with Linux 6.1.0-2-amd64' --class debian $menuentry_id_option 'new-1234' {
		linux	/boot/vmlinuz-6.1.0-2-amd64 root=UUID=1234 ro
	}
	menuentry 'Debian GNU/Linux, with Linux 6.1.0-1-amd64' --class debian $menuentry_id_option 'old-1234' {
		linux	/boot/vmlinuz-6.1.0-1-amd64 root=UUID=1234 ro single
	}
}
`;

describe('grub.cfg', () => {
  test('the first entry, where nothing else is said', () => {
    const { chosen, entries } = grub(debian);
    expect(chosen).toEqual({
      id: 'gnulinux-simple-1234',
      title: 'Debian GNU/Linux',
      kernel: '/boot/vmlinuz-6.1.0-2-amd64',
      initrds: ['/boot/initrd.img-6.1.0-2-amd64'],
      commandLine: 'root=UUID=1234 ro quiet',
    });
    expect(entries).toHaveLength(3);
  });

  test.each([
    ['an entry of a submenu by id', 'gnulinux-advanced-1234>old-1234', '/boot/vmlinuz-6.1.0-1-amd64'],
    ['by numbers', '1>1', '/boot/vmlinuz-6.1.0-1-amd64'],
    ['by title', 'Debian GNU/Linux', '/boot/vmlinuz-6.1.0-2-amd64'],
    ['one that is not there: the first', 'gone', '/boot/vmlinuz-6.1.0-2-amd64'],
  ])('%s', (_, wanted, kernel) => {
    const saved = debian.replace('set default="0"', `set default="\${saved_entry}"`);
    expect(grub(saved, { saved_entry: wanted }).chosen?.kernel).toBe(kernel);
    expect(grub(debian, { next_entry: wanted }).chosen?.kernel).toBe(kernel);
  });

  test('variables, and what is set only when it was not', () => {
    const red = `
      if [ -z "\${kernelopts}" ]; then
        set kernelopts="root=/dev/mapper/rhel-root ro"
      fi
      menuentry 'a' { linux ($root)/vmlinuz-1 $kernelopts "quoted word" \${unset} ; initrd /a.img /b.img }
    `;
    const entry = grub(red).chosen;
    expect(entry).toMatchObject({ kernel: '()/vmlinuz-1', initrds: ['/a.img', '/b.img'] });
    expect(entry?.commandLine.trim()).toBe('root=/dev/mapper/rhel-root ro quoted word');
    expect(grub(red, { kernelopts: 'root=UUID=9' }).chosen?.commandLine).toContain('root=UUID=9');
  });

  test('a menu of BLS entries: the saved one, else the newest', () => {
    const environment = new Map([['kernelopts', 'root=UUID=1 ro']]);
    const entry = (version: string) =>
      parseBlsEntry(`id-${version}`, [`linux /vmlinuz-${version}`, 'options $kernelopts $tuned_params'], environment);
    const bls = sortBlsEntries([entry('5.9.1'), entry('5.14.0'), entry('5.10.2')].filter((each) => each !== undefined));
    const config = `set default="\${saved_entry}"\nblscfg\n`;
    expect(grub(config, {}, bls).chosen).toMatchObject({ kernel: '/vmlinuz-5.14.0', commandLine: 'root=UUID=1 ro' });
    expect(grub(config, { saved_entry: 'id-5.9.1' }, bls).chosen?.kernel).toBe('/vmlinuz-5.9.1');
  });

  test('commands without any menu, as the sample has them', () => {
    const { chosen } = grub('set timeout=0\nlinux /vmlinuz root=LABEL=x ro\ninitrd /initrd.img\nboot\n');
    expect(chosen).toMatchObject({ kernel: '/vmlinuz', initrds: ['/initrd.img'], commandLine: 'root=LABEL=x ro' });
    const menu = 'menuentry a { linux /a }\nlinux /b\n';
    expect(grub(`${menu}boot\n`).chosen?.kernel).toBe('/b');
    expect(grub(menu).chosen?.kernel).toBe('/a');
  });
});

test('GRUB 0.97', () => {
  const text =
    'default=1\ntimeout 5\ntitle a\nroot (hd0,0)\nkernel /vmlinuz-1 ro\ntitle b\nkernel (hd0,0)/vmlinuz-2 root=/dev/sda1\ninitrd /initrd-2\n';
  expect(parseGrubLegacy(lines(text)).chosen).toMatchObject({
    title: 'b',
    kernel: '/vmlinuz-2',
    initrds: ['/initrd-2'],
    commandLine: 'root=/dev/sda1',
  });
});

test('grubenv', () => {
  const environment = parseGrubEnvironment(
    lines('# GRUB Environment Block\nsaved_entry=a-1\nkernelopts=root=UUID=1 ro\n####'),
  );
  expect([...environment]).toEqual([
    ['saved_entry', 'a-1'],
    ['kernelopts', 'root=UUID=1 ro'],
  ]);
});

describe('systemd-boot', () => {
  const entries = ['fedora-6.9', 'fedora-6.8', 'other'].map(
    (id) => parseBlsEntry(id, [`linux /${id}`], new Map()) as LoaderEntry,
  );

  test.each([
    [[], 'fedora-6.9'],
    [['timeout 3', 'default fedora-6.8.conf'], 'fedora-6.8'],
    [['default fedora-*'], 'fedora-6.9'],
    [['default *er'], 'other'],
    [['default @saved'], undefined],
    [['default gone'], undefined],
  ])('%j', (conf, id) => {
    expect(chooseLikeSystemdBoot(conf, entries)?.id).toBe(id);
  });
});

describe('syslinux', () => {
  test('Alpine', () => {
    const text = `DEFAULT menu.c32
      PROMPT 0
      LABEL lts
        MENU LABEL Linux lts
        LINUX vmlinuz-lts
        INITRD initramfs-lts
        APPEND root=UUID=1 modules=ext4
      LABEL virt
        MENU DEFAULT
        LINUX vmlinuz-virt
        INITRD initramfs-virt
        APPEND root=UUID=2 modules=ext4`;
    expect(parseSyslinuxConfig(lines(text)).chosen).toMatchObject({
      kernel: 'vmlinuz-virt',
      initrds: ['initramfs-virt'],
      commandLine: 'root=UUID=2 modules=ext4',
    });
  });

  test('an old one', () => {
    const text =
      'default linux\nappend ro\nlabel rescue\nkernel r\nlabel linux\nkernel vmlinuz\nappend initrd=a.img,b.img root=/dev/sda1';
    expect(parseSyslinuxConfig(lines(text)).chosen).toMatchObject({ kernel: 'vmlinuz', initrds: ['a.img', 'b.img'] });
  });
});

test('a default of syslinux without a kernel is not the chosen entry', () => {
  const text = 'label local\nmenu default\nlocalboot 0\nlabel linux\nkernel vmlinuz';
  expect(parseSyslinuxConfig(text.split('\n')).chosen).toMatchObject({ id: 'linux', kernel: 'vmlinuz' });
});

test('nothing that a guest writes makes a parser throw or stand still', () => {
  const words = [
    ...[
      'menuentry',
      'submenu',
      'linux',
      'initrd',
      'set',
      'default=',
      'if',
      'elif',
      'else',
      'fi',
      'then',
      'function',
      'boot',
    ],
    ...[
      'blscfg',
      '{',
      '}',
      ';',
      '[',
      ']',
      '!',
      '-z',
      '=',
      "'",
      '"',
      '\\',
      '$',
      '${',
      `\${a}`,
      '$default',
      '--id',
      '\n',
      ' ',
    ],
    ...['label', 'append', 'menu default', 'title', 'kernel', 'options', 'toString', '__proto__', 'constructor'],
  ];
  const text = fc
    .array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 8 })), { maxLength: 120 })
    .map((parts) => parts.join(' '));
  fc.assert(
    fc.property(text, text, (config, environment) => {
      const variables = parseGrubEnvironment(environment.split('\n'));
      const entry = parseBlsEntry('x', config.split('\n'), variables);
      for (const parsed of [
        parseGrubConfig(config.split('\n'), variables, () => (entry ? [entry] : [])),
        parseGrubLegacy(config.split('\n')),
        parseSyslinuxConfig(config.split('\n')),
      ]) {
        if (parsed.chosen) expect(parsed.entries).toContain(parsed.chosen);
      }
      chooseLikeSystemdBoot(config.split('\n'), entry ? [entry] : []);
    }),
    { numRuns: 1000 },
  );
  const long = `${'${'.repeat(2000)}${'"a'.repeat(1000)}`;
  const begin = performance.now();
  parseGrubConfig(Array(200).fill(long), new Map(), () => []);
  expect(performance.now() - begin).toBeLessThan(30_000);
});
