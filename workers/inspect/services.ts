import type { ServicesView } from '../../shared/checks/guest/view.ts';
import type { Reader } from './reader.ts';
import { sshdConfigOf } from './sshd-config.ts';

/** Links that systemd, OpenRC and System V's init follow when they start; upstart's jobs. */
const startLinks = [
  '/etc/systemd/system/*.{wants,requires}/*.{service,socket}',
  '/{usr/,}lib/systemd/system/*.wants/*.{service,socket}',
  '/etc/runlevels/{sysinit,boot,default}/*',
  '/etc/rc[2345].d/S[0-9][0-9]*',
  '/etc/init/*.conf',
];

export const serviceOf = (link: string): string =>
  (link.split('/').pop() ?? '')
    .replace(/^S\d\d(?=\w)/, '')
    .replace(/\.(?:service|conf)$/, '')
    .replace(/@.*$/, '');

export const lookAtServices = async ({ among, config, ask }: Reader): Promise<ServicesView> => {
  const programs = new Set(
    await among(['/usr/{s,}bin/{sshd,growpart,qemu-ga}', '/usr/sbin/dropbear', '/usr/bin/systemd-repart']),
  );
  const enabled = new Set((await among(startLinks)).slice(0, 2000).map(serviceOf));
  const masked = (await ask('readlink', '/etc/systemd/system/qemu-guest-agent.service'))?.[0] === '/dev/null';
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
    enabled,
    sshd: await sshdConfigOf((await config('/etc/ssh/sshd_config')) ?? [], include),
    guestAgent: has('qemu-ga') ? (masked ? 'off' : 'there') : 'missing',
    localClock: (await config('/etc/adjtime'))?.[2] === 'LOCAL',
  };
};
