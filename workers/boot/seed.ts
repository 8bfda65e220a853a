import { randomBytes } from 'node:crypto';
import { reportPort } from './ports.ts';

/** The settings of a machine's seed. The machine must show that it has applied them. */
export type Seed = { token: string; hostname: string; key: string; files: Record<string, string> };

/** A public key that nobody has the other half of: its 32 bytes are random. RFC 8709, 4. */
function someKey(): string {
  const field = (bytes: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const blob = Buffer.concat([field(Buffer.from('ssh-ed25519')), field(randomBytes(32))]);
  return `ssh-ed25519 ${blob.toString('base64')}`;
}

/**
 * cloud-init's NoCloud files for one boot check. The network has no other end, so the seed gives an address instead of DHCP; services that wait for the network
 * then have it. At its end cloud-init writes its results to a port of ours. If the guest has no driver for that port, its final message on the console shows
 * that it came this far. https://docs.cloud-init.io/en/latest/reference/datasources/nocloud.html
 */
export function newSeed(): Seed {
  const token = randomBytes(8).toString('hex');
  const hostname = `bootready-${token.slice(0, 8)}`;
  const key = someKey();
  const report = [
    `port=/dev/virtio-ports/${reportPort}`,
    '[ -e "$port" ] || for each in /sys/class/virtio-ports/*; do',
    `  [ "$(cat "$each/name" 2>/dev/null)" = ${reportPort} ] && port=/dev/$(basename "$each")`,
    'done',
    `key=absent; grep -qs '${key.split(' ')[1]}' /root/.ssh/authorized_keys /home/*/.ssh/authorized_keys && key=present`,
    // Not hostname(1), which is a package of its own.
    'read -r name < /proc/sys/kernel/hostname',
    'network=$(ls /sys/class/net 2>/dev/null | grep -v "^lo$" | tr "\\n" " ")',
    `line="bootready-report ${token} hostname=$name key=$key network=$network"`,
    '[ -e "$port" ] && echo "$line" > "$port"',
    'echo "$line" > /dev/console',
  ].join('\n');
  return {
    token,
    hostname,
    key,
    files: {
      'meta-data': `instance-id: ${hostname}\nlocal-hostname: ${hostname}\n`,
      'network-config': [
        'version: 2',
        'ethernets:',
        '  any:',
        '    match: { name: "e*" }',
        '    addresses: [192.0.2.2/24]',
        '',
      ].join('\n'),
      'user-data': `#cloud-config\n${JSON.stringify({
        ssh_authorized_keys: [`${key} bootready`],
        runcmd: [['sh', '-c', report]],
        final_message: `bootready-final ${token}`,
      })}\n`,
    },
  };
}
