import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildOnce } from '../../dev/sample/kept.ts';
import { cacheDir } from '../../dev/stack/tool-path.ts';
import type { Finding } from '../../shared/contracts/finding.ts';
import type { GuestFacts } from '../../shared/contracts/run.ts';
import { ensureAppliance } from '../../workers/tools/appliance.ts';
import { makeGuestfsEnvironment } from '../support/guestfish.ts';
import { pythonWith } from '../support/python-packages.ts';

/**
 * Other programs that read the same disks, and the questions for them. None of them shares code with bootready, and only virt-inspector with libguestfs: it shows
 * whether we understand what libguestfs says.
 */

const run = promisify(execFile);
const here = import.meta.dirname;

/** The answers of dissect.target about a disk, and its copy of a part of the file tree. It has no answers for a disk that it cannot open. */
export type Evidence = {
  dissect: Record<string, { value?: unknown; error?: string }>;
  tree: string;
  /** What virt-inspector says, in its XML. */
  inspector: string;
};

export async function linkEvidence(disk: string, folder: string): Promise<Evidence> {
  const python = await pythonWith(join(here, 'dissect-target.txt'));
  const tree = join(folder, 'tree');
  mkdirSync(tree, { recursive: true });
  const { stdout } = await run(python, [join(here, 'dissect-target.py'), disk, tree], { maxBuffer: 16 * 1024 ** 2 });
  return { dissect: JSON.parse(stdout), tree, inspector: await runVirtInspector(disk) };
}

/** It asks for the passphrase of an encrypted disk; the end of its input is no answer, and then it says nothing. */
async function runVirtInspector(disk: string): Promise<string> {
  const asked = run('virt-inspector', ['--no-icon', '--format=raw', '-a', disk], {
    env: {
      ...(await makeGuestfsEnvironment()),
      LC_ALL: 'C.UTF-8',
      LIBGUESTFS_PATH: await ensureAppliance(cacheDir()),
    },
    maxBuffer: 64 * 1024 ** 2,
    timeout: 300_000,
  });
  asked.child.stdin?.end();
  const { stdout } = await asked.catch((error: { stdout?: string }) => ({ stdout: error.stdout ?? '' }));
  return stdout;
}

/** A package of Debian, unpacked but not installed. */
function unpacked(name: string): Promise<string> {
  return buildOnce(
    {
      cacheDir: cacheDir(),
      name: `unpacked-${name}`,
      recipe: [import.meta.filename],
      remedy: 'It needs apt-get and dpkg-deb.',
    },
    async (work) => {
      await run('apt-get', ['-qq', 'download', name], { cwd: work });
      const deb = readdirSync(work).find((file) => file.endsWith('.deb')) ?? '';
      await run('dpkg-deb', ['-x', join(work, deb), work]);
    },
  );
}

async function readOutput(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  try {
    const { stdout, stderr } = await run(command, [...args], {
      env: { ...process.env, ...env },
      maxBuffer: 64 * 1024 ** 2,
    });
    return stdout + stderr;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return stdout + stderr;
  }
}

function toOutcome(findings: readonly Finding[], code: string): string | undefined {
  return findings.find((finding) => finding.code === code)?.outcome;
}

type Seen = { findings: readonly Finding[]; guest: GuestFacts };

/** Both answer in the same words. Undefined: the question does not apply to the image. */
export type Question = {
  judge: string;
  about: string;
  ours(seen: Seen): string | undefined;
  theirs(evidence: Evidence, seen: Seen): Promise<string | undefined> | string | undefined;
};

function dissect(
  about: string,
  part: string,
  ours: Question['ours'],
  theirs: (value: unknown, seen: Seen) => string | undefined,
): Question {
  return {
    judge: 'dissect.target',
    about,
    ours,
    theirs: ({ dissect: { [part]: answer } }, seen) => {
      if (!answer) return undefined;
      return answer.error === undefined ? theirs(answer.value, seen) : `error: ${answer.error}`;
    },
  };
}

/** Its names of filesystems. */
const families: Readonly<Record<string, string>> = { ext2: 'ext', ext3: 'ext', ext4: 'ext', vfat: 'fat' };
function family(type: string): string {
  return families[type] ?? type;
}
function plainName(name: string): string {
  return name.replace(' release ', ' ').replace('(R) ', '');
}
function isLinux({ guest }: Seen): boolean {
  return guest.osType === 'linux';
}

/** All of them: the judges do not know which one starts. */
function initramfsesIn(tree: string): string[] {
  const folder = join(tree, 'boot');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.filter((file) => /^init(?:rd|ramfs)/.test(file)).map((name) => join(folder, name));
}

function builtinIn(tree: string): string[] {
  const folder = join(tree, 'lib-modules');
  const [version] = existsSync(folder) ? readdirSync(folder) : [];
  const file = version && join(folder, version, 'modules.builtin');
  return file && existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
}

/** Whether these modules can read a virtio disk. */
function readsVirtio(names: readonly string[]): string {
  const modules = new Set(names.map((name) => /([^/]+)\.ko(?:\.\w+)?$/.exec(name)?.[1]?.replaceAll('-', '_')));
  return modules.has('virtio_pci') && (modules.has('virtio_blk') || modules.has('virtio_scsi')) ? 'pass' : 'fail';
}

function initramfsListed(list: (file: string) => Promise<string>): Question['theirs'] {
  return async ({ tree }) => {
    const builtin = builtinIn(tree);
    const answers: string[] = [];
    for (const file of initramfsesIn(tree)) {
      const names = (await list(file)).split('\n').map((line) => line.trim().split(/\s+/).at(-1) ?? '');
      answers.push(readsVirtio([...names, ...builtin]));
    }
    if (answers.length === 0) return undefined;
    return answers.every((answer) => answer === 'pass') ? 'pass' : 'fail';
  };
}

async function enabled({ tree }: Evidence, units: readonly string[]): Promise<string | undefined> {
  if (!existsSync(join(tree, 'usr/lib/systemd')) && !existsSync(join(tree, 'lib/systemd'))) return undefined;
  const answers = await Promise.all(
    units.map((unit) => readOutput('systemctl', [`--root=${tree}`, 'is-enabled', unit])),
  );
  return answers.some((answer) => /^enabled/.test(answer)) ? 'pass' : 'fail';
}

/** The firmware tables of a machine in OpenStack. */
function asOpenStack(tree: string): NodeJS.ProcessEnv {
  const write = (path: string, text: string): void => {
    mkdirSync(join(tree, path, '..'), { recursive: true });
    writeFileSync(join(tree, path), text);
  };
  write('sys/class/dmi/id/product_name', 'OpenStack Nova\n');
  write('proc/cmdline', 'ro\n');
  write('own/systemd-detect-virt', '#!/bin/sh\necho kvm\n');
  execFileSync('chmod', ['755', join(tree, 'own/systemd-detect-virt')]);
  return { PATH_ROOT: tree, PATH: `${join(tree, 'own')}:${process.env.PATH}` };
}

/** The text of the first element of this name; the first system comes first. @see virt-inspector(1), virt-inspector.rng */
function readElement(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
}

function inspector(
  about: string,
  ours: Question['ours'],
  theirs: (xml: string, seen: Seen) => string | undefined,
): Question {
  return { judge: 'virt-inspector', about, ours, theirs: (evidence, seen) => theirs(evidence.inspector, seen) };
}

export const questions: readonly Question[] = [
  inspector(
    'kind of system',
    ({ guest }) => guest.osType ?? 'none',
    (xml) => readElement(xml, 'name') ?? 'none',
  ),
  inspector(
    'distribution and version',
    ({ guest }) => guest.osDistro && `${guest.osDistro} ${guest.osVersion}`,
    (xml) =>
      readElement(xml, 'distro') &&
      `${readElement(xml, 'distro')} ${readElement(xml, 'major_version')}.${readElement(xml, 'minor_version')}`,
  ),
  inspector(
    'architecture',
    ({ guest }) => guest.architecture,
    (xml) => readElement(xml, 'arch'),
  ),
  inspector(
    'root filesystem',
    ({ guest }) => guest.rootFilesystem,
    (xml) => {
      const root = /<mountpoint dev=['"]([^'"]+)['"]>\/</.exec(xml)?.[1];
      const filesystem = root && xml.split('<filesystem dev=').find((each) => each.slice(1).startsWith(`${root}`));
      return filesystem && readElement(filesystem, 'type');
    },
  ),
  inspector(
    'whether cloud-init is a package',
    ({ guest, findings }) => (guest.osType === 'linux' ? toOutcome(findings, 'cloud-init-installed') : undefined),
    (xml) => (xml.includes('<applications>') ? (/<name>cloud-init<\/name>/.test(xml) ? 'pass' : 'fail') : undefined),
  ),
  dissect(
    'kind of system',
    'os',
    ({ guest }) => guest.osType ?? 'none',
    (value) => (value === 'default' ? 'none' : String(value)),
  ),
  dissect(
    'name and version',
    'version',
    ({ guest }) => guest.osName,
    // It adds versions of its own.
    (value, { guest }) =>
      guest.osName && plainName(String(value)).startsWith(plainName(guest.osName)) ? guest.osName : String(value),
  ),
  dissect(
    'architecture',
    'architecture',
    ({ guest }) => guest.architecture,
    (value) => (value === null ? undefined : String(value).replace(/-linux$/, '')),
  ),
  dissect(
    'filesystems',
    'filesystems',
    ({ guest }) =>
      [...new Set((guest.storage ?? []).filter((type) => !/^(?:lvm|luks|raid|BitLocker)$/.test(type)).map(family))]
        .sort()
        .join(' '),
    (value) => (value as string[]).join(' '),
  ),
  dissect(
    'root filesystem',
    'root',
    ({ guest }) => guest.rootFilesystem && family(guest.rootFilesystem),
    (value) => (value === null ? undefined : String(value)),
  ),
  {
    judge: 'lsinitramfs',
    about: 'virtio disk driver at boot',
    ours: ({ findings }) => toOutcome(findings, 'virtio-block-initramfs'),
    theirs: initramfsListed((file) => readOutput('lsinitramfs', [file])),
  },
  {
    judge: 'lsinitrd of dracut',
    about: 'virtio disk driver at boot',
    ours: ({ findings }) => toOutcome(findings, 'virtio-block-initramfs'),
    theirs: initramfsListed(async (file) => {
      const home = await unpacked('dracut-core');
      return readOutput('bash', [join(home, 'usr/bin/lsinitrd'), file], {
        dracutbasedir: join(home, 'usr/lib/dracut'),
      });
    }),
  },
  {
    judge: 'systemctl is-enabled',
    about: 'cloud-init is enabled',
    ours: (seen) => (isLinux(seen) ? toOutcome(seen.findings, 'cloud-init-enabled') : undefined),
    theirs: (evidence) => enabled(evidence, ['cloud-init.service', 'cloud-init-main.service']),
  },
  {
    judge: 'systemctl is-enabled',
    about: 'SSH server is enabled',
    ours: ({ findings }) => toOutcome(findings, 'ssh-server-enabled')?.replace('warn', 'fail'),
    theirs: (evidence) => enabled(evidence, ['ssh.service', 'sshd.service', 'ssh.socket']),
  },
  {
    judge: 'systemd-analyze verify',
    about: 'cloud-init is enabled',
    ours: ({ findings }) => toOutcome(findings, 'cloud-init-enabled'),
    theirs: async ({ tree }) => {
      if (
        !existsSync(join(tree, 'usr/lib/systemd/system/cloud-init.target')) &&
        !existsSync(join(tree, 'lib/systemd/system/cloud-init.target'))
      )
        return undefined;
      const said = await readOutput('systemd-analyze', ['verify', `--root=${tree}`, 'cloud-init.target']);
      return /cloud-init\S*: .*(?:not found|Refusing|bad)/i.test(said) ? 'fail' : 'pass';
    },
  },
  {
    judge: 'ds-identify of cloud-init',
    about: 'cloud-init finds OpenStack',
    ours: ({ findings }) => toOutcome(findings, 'cloud-init-datasources'),
    theirs: async ({ tree }) => {
      if (!existsSync(join(tree, 'etc/cloud'))) return undefined;
      const home = await unpacked('cloud-init');
      const env = asOpenStack(tree);
      const said = await readOutput('sh', [join(home, 'usr/lib/cloud-init/ds-identify'), '--force'], {
        ...env,
        DI_LOG: 'stderr',
        DEBUG_LEVEL: '1',
      });
      return /Found single datasource: OpenStack|datasource_list: \[ OpenStack/.test(said + readConfig(tree))
        ? 'pass'
        : 'fail';
    },
  },
];

function readConfig(tree: string): string {
  const path = join(tree, 'run/cloud-init/cloud.cfg');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
