import type { CloudInitView } from '../../shared/checks/guest/guest-view.ts';
import { ifSeen, partly, type Seen, TooMuch, toSeen, toUnseen, whatWasSeen } from '../../shared/checks/guest/unseen.ts';
import { readCloudConfig } from './cloud-config.ts';
import { largestConfig, type Reader, readLines } from './reader.ts';

export type InitSystem = 'systemd' | 'openrc' | 'upstart' | 'sysvinit' | 'other';

export async function lookForInitSystem({ among }: Reader): Promise<InitSystem> {
  const found = new Set(
    await among(['/{usr/,}lib/systemd/systemd', '/etc/runlevels', '/sbin/initctl', '/etc/inittab', '/etc/rc2.d']),
  );
  if ([...found].some((path) => path.endsWith('/systemd'))) return 'systemd';
  if (found.has('/etc/runlevels')) return 'openrc';
  if (found.has('/sbin/initctl')) return 'upstart';
  // The init of busybox has an inittab too, but no runlevels.
  return found.has('/etc/inittab') && found.has('/etc/rc2.d') ? 'sysvinit' : 'other';
}

/**
 * The services that start cloud-init. From 24.3 on one process serves all stages: cloud-init-main.service, with cloud-init-network.service in place of
 * cloud-init.service. On systemd a generator starts only cloud-init.target (Debian, Ubuntu, RHEL 8 and newer). The services must be linked as by `systemctl
 * enable`. One of them must do the work of the first stage: it pulls in the others, and none of them pulls it in.
 */
const starters: Record<InitSystem, readonly string[]> = {
  systemd: [
    '/{etc,lib,usr/lib}/systemd/system/{cloud-init,multi-user}.target.wants/cloud-{init,init-main,init-network}.service',
  ],
  openrc: ['/etc/runlevels/*/cloud-init{,-local}'],
  upstart: ['/etc/init/cloud-init.conf'],
  sysvinit: ['/etc/rc[2345].d/S[0-9][0-9]cloud-init'],
  other: [],
};

/**
 * Whether systemd enables services by its presets at the next start: it treats a system without a machine id as one that has never run. An empty file does not
 * count as missing. machine-id(5), "First Boot Semantics"
 */
async function isFirstBoot({ config, exists }: Reader): Promise<boolean> {
  return !(await exists('/etc/machine-id')) || (await config('/etc/machine-id'))?.[0] === 'uninitialized';
}

export async function lookAtCloudInit(
  reader: Reader,
  packages: Seen<ReadonlyMap<string, string>>,
  initSystem: InitSystem,
): Promise<CloudInitView> {
  const { among } = reader;
  const installed = (await among(['/usr/bin/cloud-init', '/usr/local/bin/cloud-init'])).length > 0;
  const started = (await among(starters[initSystem])).length > 0;
  const version = ifSeen(() => whatWasSeen(packages).get('cloud-init'), undefined);
  return partly<CloudInitView>({
    installed: toSeen(installed),
    version: version === undefined ? toUnseen('package-version', 'cloud-init') : toSeen(version),
    enabled: started ? toSeen(true) : await whyNotStarted(reader, initSystem),
    disabledBy: toSeen(await findWhyDisabled(reader)),
    config: toSeen(readCloudConfig(await configFiles(reader))),
  });
}

async function whyNotStarted(reader: Reader, initSystem: InitSystem): Promise<Seen<boolean>> {
  // Who knows how `other` starts services?
  if (initSystem === 'other') return toUnseen('init-system');
  return initSystem === 'systemd' && (await isFirstBoot(reader)) ? toUnseen('presets') : toSeen(false);
}

/** cloud-init(1), "Boot stages"; ds-identify's policy. The kernel command line is read with the boot loader's files. */
async function findWhyDisabled({ among, about, config }: Reader): Promise<string | undefined> {
  const [file] = await among(['/etc/cloud/cloud-init.disabled']);
  if (file) return file;
  for (const unit of await among([
    '/etc/systemd/system/cloud-{init,init-local,init-main,init-network,config,final}.service',
  ]))
    if ((await about('readlink', unit))?.[0] === '/dev/null') return `a masked ${unit.split('/').pop() ?? ''}`;
  const policy = (await config('/etc/cloud/ds-identify.cfg'))?.find((line) => line.startsWith('policy:'));
  return policy && /^policy:\s*disabled\b/.test(policy) ? 'the policy in /etc/cloud/ds-identify.cfg' : undefined;
}

const mostFiles = 200;

async function configFiles({ among, about }: Reader): Promise<{ path: string; text: string }[]> {
  const files: { path: string; text: string }[] = [];
  const paths = await among(['/etc/cloud/cloud.cfg', '/etc/cloud/cloud.cfg.d/*.cfg']);
  for (const path of [
    ...paths.filter((each) => each === '/etc/cloud/cloud.cfg'),
    ...paths.filter((each) => each.includes('.d/')).sort(),
  ]) {
    if (files.length === mostFiles) throw new TooMuch('files of cloud.cfg.d');
    // Indentation means something, unlike in lines that are cleaned.
    const text = (await readLines(about, path, largestConfig))?.join('\n');
    if (text !== undefined) files.push({ path, text });
  }
  return files;
}
