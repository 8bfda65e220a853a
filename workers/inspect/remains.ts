import type { RemainsView } from '../../shared/checks/guest/view.ts';
import { accountsOf } from './accounts.ts';
import { active, type Reader } from './reader.ts';
import { clean } from './text.ts';

/** Patterns by what they tell; all are looked for in one question. */
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

/** What of a long answer belongs to which pattern. Braces and stars are glob(3)'s; a star ends at a slash. */
const expressionOf = (pattern: string): string =>
  pattern
    .replaceAll(/[.+?^$()|]/g, '\\$&')
    .replaceAll('*', '[^/]*')
    .replaceAll('{', '(?:')
    .replaceAll('}', ')')
    .replaceAll(',', '|');
// Linear: the patterns are ours, and their stars end at slashes.
const expressions = Object.fromEntries(
  Object.entries(patterns).map(([kind, globs]) => [kind, new RegExp(`^(?:${globs.map(expressionOf).join('|')})$`)]),
) as Record<Kind, RegExp>;

export const kindsOf = (paths: readonly string[]): Record<Kind, string[]> =>
  Object.fromEntries(
    Object.entries(expressions).map(([kind, expression]) => [
      kind,
      paths
        .filter((path) => expression.test(path))
        .slice(0, most)
        .map(clean),
    ]),
  ) as Record<Kind, string[]>;

export const lookAtRemains = async (reader: Reader): Promise<RemainsView> => {
  const { among, config, read, holding } = reader;
  const found = kindsOf(await among(Object.values(patterns).flat()));
  const accounts = accountsOf((await config('/etc/passwd')) ?? [], (await config('/etc/shadow')) ?? []);
  return {
    ...found,
    machineId: (await read('/etc/machine-id'))?.[0],
    dbusMachineId: (await reader.ask('is-file', '/var/lib/dbus/machine-id'))?.[0] === 'true',
    authorizedKeys: await holding(found.authorizedKeys, active),
    sudoers: await holding(found.sudoers, (line) => active(line) && /\bNOPASSWD\b/.test(line)),
    privateKeys: found.privateKeys.filter((path) => !path.endsWith('.pub')),
    logs: await filled(reader, found.logs),
    passwords: accounts.passwords.map(clean),
    emptyPasswords: accounts.empty.map(clean),
    users: accounts.people.map(clean),
    homeKilobytes: await kilobytes(reader, ['/root', '/home']),
  };
};

/** Packages bring empty logs. */
const filled = async ({ ask }: Reader, paths: readonly string[]): Promise<string[]> => {
  const files: string[] = [];
  for (const path of paths) if (Number((await ask('filesize', path))?.[0]) > 0) files.push(path);
  return files;
};

const kilobytes = async ({ among, ask }: Reader, folders: readonly string[]): Promise<number | undefined> => {
  let sum = 0;
  for (const folder of await among(folders)) {
    const size = Number((await ask('du', folder))?.[0]);
    if (!Number.isFinite(size)) return undefined;
    sum += size;
  }
  return sum;
};
