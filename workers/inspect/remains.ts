import type { RemainsView } from '../../shared/checks/guest/guest-view.ts';
import { askSeen, mapSeen, type Seen, Unseen, type Why, whatWasSeen } from '../../shared/checks/guest/unseen.ts';
import { readAccounts } from './accounts.ts';
import { active, type Reader } from './reader.ts';
import { clean } from './text.ts';

/** Patterns by the remains that they find; one question searches for all of them. */
const patterns = {
  hostKeys: ['/etc/ssh/ssh_host_*_key'],
  histories: ['/{root,home/*}/.{*_history,lesshst,viminfo}'],
  authorizedKeys: ['/{root,home/*}/.ssh/authorized_keys'],
  sudoers: ['/etc/sudoers', '/etc/sudoers.d/*'],
  privateKeys: [
    '/{root,home/*}/.ssh/id_*',
    '/{root,home/*}/.{netrc,git-credentials,pgpass,vault-token}',
    '/{root,home/*}/.{aws/credentials,kube/config,docker/config.json,azure/accessTokens.json,config/gcloud/credentials.db,config/openstack/clouds.yaml}',
  ],
  randomSeeds: [
    '/var/lib/systemd/random-seed',
    '/var/lib/{urandom,misc}/random-seed',
    '/boot/{efi/,}loader/random-seed',
  ],
  leases: [
    '/var/lib/{dhcp,dhclient}/*.lease*',
    '/var/lib/dhcpcd/*.lease*',
    '/var/lib/NetworkManager/*.lease',
    '/var/lib/wicked/lease-*',
  ],
  logs: [
    '/var/log/journal/*/*.journal',
    '/var/log/{wtmp,btmp,lastlog,syslog,messages,auth.log,secure,kern.log,cron,maillog,cloud-init.log,cloud-init-output.log,audit/audit.log}',
  ],
  cloudInitState: ['/var/lib/cloud/{instance,data/instance-id,instances/*}'],
  subscriptions: [
    '/etc/pki/consumer/cert.pem',
    '/etc/pki/entitlement/*.pem',
    '/etc/sysconfig/rhn/systemid',
    '/etc/zypp/credentials.d/SCCcredentials',
    '/var/lib/ubuntu-advantage/private/*',
    '/etc/landscape/client.conf',
  ],
  cloudIdentities: [
    '/var/lib/waagent/*.xml',
    '/usr/sbin/waagent',
    '/usr/bin/google_guest_agent',
    '/usr/bin/google_osconfig_agent',
    '/usr/bin/amazon-ssm-agent',
    '/var/lib/amazon/ssm/registration',
    '/usr/local/share/aliyun-assist',
    '/usr/local/qcloud',
    '/snap/oracle-cloud-agent',
    '/usr/local/uniagent',
  ],
  managementIdentities: [
    '/etc/puppetlabs/puppet/ssl/private_keys/*.pem',
    '/var/lib/puppet/ssl/private_keys/*.pem',
    '/etc/chef/client.pem',
    '/etc/salt/pki/minion/minion.pem',
    '/var/lib/tailscale/tailscaled.state',
    '/var/lib/kubelet/pki/*.pem',
    '/etc/kubernetes/*.conf',
    '/var/lib/zerotier-one/identity.secret',
    '/var/ossec/etc/client.keys',
  ],
  foreignFiles: [
    '/etc/vmware-tools',
    '/usr/bin/vmware-uninstall-tools.pl',
    '/opt/VBoxGuestAdditions-*',
    '/usr/lib/parallels-tools',
    '/usr/sbin/xe-daemon',
  ],
} as const;
type Kind = keyof typeof patterns;

const most = 40;

/** Makes an expression that finds the paths of one pattern in a long answer. Braces and stars are glob(3)'s; a star ends at a slash. */
function makeExpression(pattern: string): string {
  return pattern
    .replaceAll(/[.+?^$()|]/g, '\\$&')
    .replaceAll('*', '[^/]*')
    .replaceAll('{', '(?:')
    .replaceAll('}', ')')
    .replaceAll(',', '|');
}
// Linear: the patterns are ours, and their stars end at slashes.
const expressions = Object.fromEntries(
  Object.entries(patterns).map(([kind, globs]) => [kind, new RegExp(`^(?:${globs.map(makeExpression).join('|')})$`)]),
) as Record<Kind, RegExp>;

export function readKinds(paths: readonly string[]): Record<Kind, string[]> {
  return Object.fromEntries(
    Object.entries(expressions).map(([kind, expression]) => [
      kind,
      paths
        .filter((path) => expression.test(path))
        .slice(0, most)
        .map(clean),
    ]),
  ) as Record<Kind, string[]>;
}

/** Each kind separately, because one filesystem may be readable even if another is not. */
export async function lookAtRemains(reader: Reader): Promise<{ [Name in keyof RemainsView]: Seen<RemainsView[Name]> }> {
  const { among, about, config, read, holding } = reader;
  const whyNot = (kind: Kind): Why | undefined => patterns[kind].map(reader.hidden).find((why) => why !== undefined);
  const visible = (Object.keys(patterns) as Kind[]).filter((kind) => !whyNot(kind));
  const paths = readKinds(visible.length > 0 ? await among(visible.flatMap((kind) => [...patterns[kind]])) : []);
  const found = Object.fromEntries(
    (Object.keys(patterns) as Kind[]).map((kind) => {
      const why = whyNot(kind);
      return [kind, why ? { unseen: why } : { value: paths[kind] }];
    }),
  ) as Record<Kind, Seen<string[]>>;
  const accounts = await askSeen(async () =>
    readAccounts((await config('/etc/passwd')) ?? [], (await config('/etc/shadow')) ?? []),
  );
  const of = <T>(kind: Kind, work: (some: readonly string[]) => Promise<T> | T): Promise<Seen<T>> =>
    askSeen(async () => work(whatWasSeen(found[kind])));
  return {
    ...found,
    machineId: await askSeen(async () => (await read('/etc/machine-id'))?.[0]),
    dbusMachineId: await askSeen(async () => (await about('is-file', '/var/lib/dbus/machine-id'))?.[0] === 'true'),
    authorizedKeys: await of('authorizedKeys', (some) => holding(some, active)),
    sudoers: await of('sudoers', (some) => holding(some, (line) => active(line) && /\bNOPASSWD\b/.test(line))),
    privateKeys: await of('privateKeys', (some) => some.filter((path) => !path.endsWith('.pub'))),
    logs: await of('logs', (some) => findFilled(reader, some)),
    passwords: mapSeen(accounts, ({ passwords }) => passwords.map(clean)),
    emptyPasswords: mapSeen(accounts, ({ empty }) => empty.map(clean)),
    users: mapSeen(accounts, ({ people }) => people.map(clean)),
    homeKilobytes: await askSeen(() => kilobytes(reader, ['/root', '/home'])),
  };
}

/** The largest of these that is read. A user with the number 65534 makes one of 19 MB. */
const largestLastlog = 64 * 1024 ** 2;

/** Packages bring empty logs. useradd(8) writes zeros for a new user into lastlog: a log of nothing. */
async function findFilled({ about }: Reader, paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    const size = Number((await about('filesize', path))?.[0]);
    if (!(size > 0)) continue;
    if (path === '/var/log/lastlog' && size <= largestLastlog && (await about('is-zero', path))?.[0] === 'true')
      continue;
    files.push(path);
  }
  return files;
}

async function kilobytes({ among, about }: Reader, folders: readonly string[]): Promise<number> {
  let sum = 0;
  for (const folder of await among(folders)) {
    const size = Number((await about('du', folder))?.[0]);
    if (!Number.isFinite(size)) throw new Unseen({ reason: 'file', what: folder });
    sum += size;
  }
  return sum;
}
