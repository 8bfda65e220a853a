import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeHive } from '../../images/hive.ts';
import { type Tree, writeTree } from '../../images/tree.ts';

/** Small systems, each with one sound database of what is installed, made by the tools that make them for everybody. */
export type Database = { path: string; words: string; tree: Tree };

function distribution(id: string, version: string): Tree {
  return {
    ...Object.fromEntries(['bin', 'sbin', 'lib'].map((name) => [name, { link: `usr/${name}` }])),
    ...Object.fromEntries(['bin', 'sbin', 'lib'].map((name) => [`usr/${name}/.keep`, ''])),
    'etc/fstab': 'LABEL=root / ext4 defaults 0 0\n',
    'etc/os-release': `ID=${id}\nVERSION_ID="${version}"\nPRETTY_NAME="${id} ${version}"\n`,
    'usr/lib/os-release': `ID=${id}\nVERSION_ID="${version}"\nPRETTY_NAME="${id} ${version}"\n`,
  };
}

/**
 * Text that its reader takes whole: dpkg(1), apk-package(5), alpm(5). Nobody reads dpkg's other files (diversions, statoverride, status.d) when an image is
 * looked at: libguestfs knows /var/lib/dpkg/status alone (lib/inspect-apps.c).
 */
const texts = {
  'dpkg status': {
    path: '/var/lib/dpkg/status',
    words: 'Package: a\nStatus: install ok installed\nVersion: 1:2-3\nArchitecture: all\nDescription: x\n y\n\n',
    tree: { ...distribution('debian', '12'), 'etc/debian_version': '12.1\n' },
  },
  'apk installed': {
    path: '/lib/apk/db/installed',
    words: 'P:a\nV:1.2-r3\nA:x86_64\nS:1\nI:1\nT:x\nU:-\nL:MIT\no:a\n\n',
    tree: { ...distribution('alpine', '3.20'), 'etc/alpine-release': '3.20.0\n' },
  },
  'pacman desc': {
    path: '/var/lib/pacman/local/a-1:2-3/desc',
    words: '%NAME%\na\n\n%VERSION%\n1:2-3\n\n%ARCH%\nany\n\n%DESC%\nx\n\n',
    tree: { ...distribution('arch', '1'), 'etc/arch-release': '' },
  },
} as const satisfies Record<string, Database>;

/** A value that its reader splits, at the edges of what it splits by. */
const edges = [
  '',
  ':',
  '-',
  ':-',
  '-:',
  '::--',
  `${'9'.repeat(40)}:1-1`,
  '-1:1-1',
  '1:',
  ':1',
  '1-',
  'x'.repeat(16 * 1024 ** 2),
];

/** The words with each of their values in turn at each edge, and without its name, end or line. */
export function bentFields(words: string): Record<string, Buffer> {
  const lines = words.split('\n');
  const withLine = (at: number, line: string | undefined): Buffer =>
    Buffer.from(lines.flatMap((each, index) => (index !== at ? [each] : line === undefined ? [] : [line])).join('\n'));
  return Object.fromEntries(
    lines.flatMap((line, at) => {
      if (line === '') return [];
      const name = /^(?:[A-Z][a-z-]*: |[A-Za-z]:)?/.exec(line)?.[0] ?? '';
      return [
        [`line ${at} is gone`, withLine(at, undefined)] as const,
        [`line ${at} has no name`, withLine(at, line.slice(name.length))] as const,
        ...edges.map(
          (edge) => [`line ${at}: ${edge.slice(0, 20)}, ${edge.length}`, withLine(at, name + edge)] as const,
        ),
      ];
    }),
  );
}

function spec(count: number): string {
  return `Name: tree\nVersion: 1\nRelease: 1\nSummary: x\nLicense: x\nBuildArch: noarch\nAutoReqProv: no\n%description\n${Array.from(
    { length: count },
    (_, index) => `%package -n p${index}\nSummary: x\n%description -n p${index}\n%files -n p${index}\n`,
  ).join('')}`;
}

/** RPM's databases: SQLite, and the Berkeley DB of all before RPM 4.16, whose rows are the same. Debian's librpm, and so the appliance, reads no NDB (SUSE). */
function rpmDatabases(dir: string, count: number): Record<string, Buffer> {
  const top = join(dir, 'rpm');
  mkdirSync(top, { recursive: true });
  writeFileSync(join(top, 'tree.spec'), spec(count));
  const run = (command: string, args: string[], input?: string): Buffer =>
    execFileSync(command, args, { input, stdio: ['pipe', 'pipe', 'pipe'], maxBuffer: 64 * 1024 ** 2 });
  run('rpmbuild', ['--define', `_topdir ${top}`, '--nodeps', '-bb', join(top, 'tree.spec')]);
  const folder = join(top, 'RPMS/noarch');
  const packages = readdirSync(folder).map((name) => join(folder, name));
  const sqlite = join(top, 'sqlite/rpmdb.sqlite');
  const options = ['--dbpath', join(top, 'sqlite'), '--define', '_db_backend sqlite'];
  run('rpm', [...options, '-i', '--justdb', '--nodeps', '--nosignature', '--noscripts', ...packages]);
  run('sqlite3', [sqlite, 'pragma wal_checkpoint(truncate); pragma journal_mode=delete;']);
  const rows = run('sqlite3', [sqlite, 'select hnum, hex(blob) from Packages']);
  const number = (value: number): string => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return bytes.toString('hex');
  };
  // The row of the number 0 holds the largest number. db_load(1), "bytevalue"
  const lines = String(rows).trim().split('\n');
  const all = [
    [0, number(lines.length)] as const,
    ...lines.map((line) => [Number(line.split('|')[0]), (line.split('|')[1] ?? '').toLowerCase()] as const),
  ];
  const dump = `VERSION=3\nformat=bytevalue\ntype=hash\nHEADER=END\n${all.map(([key, blob]) => ` ${number(key)}\n ${blob}\n`).join('')}DATA=END\n`;
  run('db_load', [join(top, 'bdb')], dump);
  return { sqlite: readFileSync(sqlite), bdb: readFileSync(join(top, 'bdb')) };
}

function rpmTree(backend: string): Tree {
  return {
    ...distribution('rocky', '9.4'),
    'etc/redhat-release': 'Rocky Linux release 9.4 (Blue Onyx)\n',
    // Whoever reads the database in the guest's root goes by the guest's own settings.
    'usr/lib/rpm/macros': `%_dbpath /var/lib/rpm\n%_db_backend ${backend}\n`,
    'usr/lib/rpm/rpmrc': 'arch_canon: x86_64: x86_64 1\n',
  };
}

export const databaseKinds = ['dpkg status', 'apk installed', 'pacman desc', 'rpm sqlite', 'rpm bdb'] as const;

export function packageDatabases(dir: string): Record<(typeof databaseKinds)[number], Database & { sound: Buffer }> {
  const rpm = rpmDatabases(dir, 40);
  const text = (name: keyof typeof texts, packages = 200) => ({
    ...texts[name],
    sound: Buffer.from(texts[name].words.repeat(packages)),
  });
  const ofRpm = (backend: string, file: string) => ({
    path: `/var/lib/rpm/${file}`,
    words: '',
    tree: rpmTree(backend),
    sound: rpm[backend] as Buffer,
  });
  return {
    'dpkg status': text('dpkg status'),
    'apk installed': text('apk installed'),
    // pacman has a file for each package.
    'pacman desc': text('pacman desc', 1),
    'rpm sqlite': ofRpm('sqlite', 'rpmdb.sqlite'),
    'rpm bdb': ofRpm('bdb', 'Packages'),
  };
}

/** A disk with the tree and the database in it. */
export function writeRoot(
  path: string,
  dir: string,
  { tree, path: database, sound }: Database & { sound: Buffer },
): void {
  const root = `${path}.tree`;
  writeTree(root, tree);
  mkdirSync(join(root, database, '..'), { recursive: true });
  writeFileSync(join(root, database), sound);
  execFileSync('mke2fs', ['-q', '-t', 'ext4', '-d', root, path, '256M'], { cwd: dir, stdio: 'pipe' });
}

/** What is asked for by a look at Windows, and keys enough for lists of several kinds. */
export function soundHive(dir: string): Buffer {
  const path = join(dir, 'hive');
  const services = Object.fromEntries(
    Array.from({ length: 1200 }, (_, index) => [`ControlSet001\\Services\\service${index}`, { Start: 3 }]),
  );
  writeHive(path, {
    Select: { Current: 1 },
    ...services,
    'ControlSet001\\Services\\viostor': { Start: 0, ImagePath: 'system32\\drivers\\viostor.sys' },
    'ControlSet001\\Control\\Session Manager': { PendingFileRenameOperations: ['a', 'b'] },
    'ControlSet001\\Control\\Large': { Text: 'x'.repeat(20_000) },
  });
  return readFileSync(path);
}
