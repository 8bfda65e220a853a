import type { ServicesView } from '../../shared/checks/guest/guest-view.ts';
import { TooMuch } from '../../shared/checks/guest/unseen.ts';
import type { InitSystem } from './cloud-init.ts';
import type { Reader } from './reader.ts';
import { readSshdConfig } from './sshd-config.ts';

const mostLinks = 2000;
const systemV = '/etc/rc[2345].d/S[0-9][0-9]*';

/** The links that each init system follows when it starts. */
const startLinks: Record<InitSystem, readonly string[]> = {
  systemd: [
    '/etc/systemd/system/*.{wants,requires}/*.{service,socket}',
    '/{usr/,}lib/systemd/system/*.wants/*.{service,socket}',
  ],
  openrc: ['/etc/runlevels/{sysinit,boot,default}/*'],
  upstart: ['/etc/init/*.conf', systemV],
  sysvinit: [systemV],
  other: [],
};

export function readService(link: string): string {
  return ((link.split('/').pop() ?? '').split('@', 1)[0] ?? '')
    .replace(/^S\d\d(?=\w)/, '')
    .replace(/\.(?:service|conf)$/, '');
}

function readLinks(paths: readonly string[]): readonly string[] {
  if (paths.length > mostLinks) throw new TooMuch('services that start');
  return paths;
}

async function listEnabledServices({ among }: Reader, initSystem: InitSystem): Promise<Set<string>> {
  const found = readLinks(await among(startLinks[initSystem])).map(readService);
  if (initSystem !== 'systemd') return new Set(found);
  // A script of System V counts only if there is no unit with its name. systemd-sysv-generator(8)
  const scripts = readLinks(await among([systemV])).map(readService);
  const units = new Set((await among(['/{etc,lib,usr/lib}/systemd/system/*.service'])).map(readService));
  return new Set([...found, ...scripts.filter((name) => !units.has(name))]);
}

export async function lookAtServices(reader: Reader, initSystem: InitSystem): Promise<ServicesView> {
  const { among, config, about } = reader;
  const programs = new Set(
    await among(['/usr/{s,}bin/{sshd,growpart,qemu-ga}', '/usr/sbin/dropbear', '/usr/bin/systemd-repart']),
  );
  const masked = (await about('readlink', '/etc/systemd/system/qemu-guest-agent.service'))?.[0] === '/dev/null';
  const has = (name: string): boolean => [...programs].some((path) => path.endsWith(`/${name}`));
  const include = async (pattern: string): Promise<string[]> => {
    const lines: string[] = [];
    const path = pattern.startsWith('/') ? pattern : `/etc/ssh/${pattern}`;
    for (const file of (await among([path])).slice(0, 40)) lines.push(...((await config(file)) ?? []));
    return lines;
  };
  return {
    sshServer: has('sshd') || has('dropbear'),
    growpart: has('growpart'),
    enabled: await listEnabledServices(reader, initSystem),
    sshd: await readSshdConfig((await config('/etc/ssh/sshd_config')) ?? [], include),
    guestAgent: has('qemu-ga') ? (masked ? 'off' : 'there') : 'missing',
    localClock: (await config('/etc/adjtime'))?.[2] === 'LOCAL',
  };
}
