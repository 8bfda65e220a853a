import { linux } from '../../shared/checks/guest/cases/case.ts';
import { guestFindings } from '../../shared/checks/guest/checks.ts';
import { TooMuch, toUnseen } from '../../shared/checks/guest/unseen.ts';
import { parseNotifications } from '../../shared/events/parse.ts';
import { admitSource } from '../../shared/formats/admit.ts';
import { leadsElsewhere, readEnvelope, readManifest } from '../../shared/formats/ovf.ts';
import { xzSize } from '../../shared/formats/xz.ts';
import { zstdSize } from '../../shared/formats/zstd.ts';
import type { NamePart } from '../../shared/ports/foreign.ts';
import { consoleLog } from '../../workers/boot/console-log.ts';
import { parseReport, plainLog } from '../../workers/boot/console-text.ts';
import { dhcpRequest } from '../../workers/boot/dhcp.ts';
import { explainBoot } from '../../workers/boot/explain.ts';
import { explainWindows, windowsHasEnded } from '../../workers/boot/explain-windows.ts';
import { guestAgent } from '../../workers/boot/guest-agent.ts';
import { hasEnded } from '../../workers/boot/has-ended.ts';
import { qmpEvents } from '../../workers/boot/qmp-events.ts';
import { lastLine } from '../../workers/boot/watch.ts';
import { readAccounts } from '../../workers/inspect/accounts.ts';
import { parseBlsEntry } from '../../workers/inspect/boot-config/bls.ts';
import { parseGrubEnvironment } from '../../workers/inspect/boot-config/entry.ts';
import { parseGrubConfig, parseGrubLegacy } from '../../workers/inspect/boot-config/grub.ts';
import { parseSyslinuxConfig } from '../../workers/inspect/boot-config/syslinux.ts';
import { readBootCode } from '../../workers/inspect/boot-sector.ts';
import { readCloudConfig } from '../../workers/inspect/cloud-config.ts';
import { initramfsFiles } from '../../workers/inspect/initramfs.ts';
import { kernelVersionIn } from '../../workers/inspect/kernels.ts';
import { readNetworkFile } from '../../workers/inspect/network-files.ts';
import { readPackages } from '../../workers/inspect/packages.ts';
import { pairs } from '../../workers/inspect/reader.ts';
import { readKinds } from '../../workers/inspect/remains.ts';
import { readService } from '../../workers/inspect/services.ts';
import { readSshdConfig } from '../../workers/inspect/sshd-config.ts';
import { clean, configLine, findModule } from '../../workers/inspect/text.ts';
import { readSections } from '../../workers/inspect/unified-image.ts';
import { readSources } from '../../workers/inspect/windows-cloudbase-init.ts';
import { dirtyFlag } from '../../workers/inspect/windows-volume.ts';
import { checksumIn } from '../../workers/internet/sums-file.ts';
import { readSignedText } from '../../workers/internet/sums-signature.ts';
import { driverFiles } from '../../workers/repair/windows/virtio-win.ts';
import { linesIn } from '../../workers/tools/guestfish-answers.ts';
import { hasComplaint } from '../../workers/tools/guestfish-complaints.ts';
import { type Bend, bends } from './bends.ts';

/** Every parser of foreign bytes by name, with the largest text that reaches it and words that it knows. Run as a task, so that it can be ended. */

const KiB = 1024;
const MiB = 1024 * KiB;
type Parser = { most: number; words: string; parse(bytes: Buffer): unknown };

function toSource(bytes: Buffer) {
  return {
    size: bytes.length,
    read: async (offset: number, length: number) => bytes.subarray(offset, offset + length),
  };
}
function raw(bytes: Buffer): string[] {
  return linesIn(bytes);
}
function lines(bytes: Buffer): string[] {
  return raw(bytes).map(configLine);
}
function network(path: string, words: string): Parser {
  return {
    most: 256 * KiB,
    words,
    parse: (bytes) =>
      readNetworkFile(
        path,
        raw(bytes).filter((line) => !/^\s*(?:#|$)/.test(line)),
      ),
  };
}
/** Of nobody: its secret half was not kept. */
const signingKey = `-----BEGIN PGP PUBLIC KEY BLOCK-----

xjMEawwg7xYJKwYBBAHaRw8BAQdANgs5afarAz/+OgiXFLF8nkj97031gir8
9x4qHRNIGNnNBk5vYm9kecLAEwQTFgoAhQWCawwg7wMLCQcJEKMZbS6qPslQ
RRQAAAAAABwAIHNhbHRAbm90YXRpb25zLm9wZW5wZ3Bqcy5vcmedRuaoOKDS
fNFkM+sMz/LiSuztrOfGZ9J7zq6pq8GfnwUVCggODAQWAAIBAhkBApsDAh4B
FiEETPk0A2qgj5TbqDEHoxltLqo+yVAAACqpAP9o9PS6OOC1oRY9Cx54GwgB
QpXy/ASdbMFEkQk4kcnNZgEAj9+glEdLRW7yloZSBZgK+pTR8fafDhaDigJf
//9dGQ3OOARrDCDvEgorBgEEAZdVAQUBAQdAR0hLwOgV9W4jA+CPxY2xtGX0
XV4R/FZkeXQZ3BXh6UQDAQgHwr4EGBYKAHAFgmsMIO8JEKMZbS6qPslQRRQA
AAAAABwAIHNhbHRAbm90YXRpb25zLm9wZW5wZ3Bqcy5vcmd/bxU02kZFo9ZW
BSzrjP8YNvmBpeB5voWXJ8x3FrCaOwKbDBYhBEz5NANqoI+U26gxB6MZbS6q
PslQAADl+wEAiqKmy6vcBt5TapW8SX3na8eu8bA1Lmhmncwl6DcoMoEBALOh
bpw99IvII08pTIIQbssqjo/QuYfhq2n3LC4ks3sC
=J2zs
-----END PGP PUBLIC KEY BLOCK-----`;

function kernelLine(bytes: Buffer): string {
  return lines(bytes).join(' ').slice(0, 4096);
}

export const parsers: Readonly<Record<string, Parser>> = {
  'image of a disk': {
    most: 4 * MiB,
    words: '# Disk DescriptorFile\ncreateType="monolithicSparse"\nRW 1 SPARSE "x"\n',
    parse: (bytes) =>
      admitSource(toSource(bytes), { allowIso: true, maxVirtualBytes: 1024 ** 4, peek: async () => bytes }),
  },
  'end of an xz': { most: 4 * MiB, words: 'YZ\0\x01', parse: (bytes) => xzSize(toSource(bytes)) },
  'frames of a zstd': {
    most: 4 * MiB,
    words: '\x28\xb5\x2f\xfd\x20\0',
    parse: (bytes) => zstdSize(toSource(Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58]), bytes]))),
  },
  'archive of a machine': {
    most: 4 * MiB,
    words: 'ustar\0' + '00 path=x\n',
    parse: (bytes) => {
      const header = Buffer.alloc(512);
      header.write('x.vmdk');
      header.write('00000200000', 124);
      header.write('x', 156);
      header.write('ustar\0', 257);
      header.write('        ', 148);
      const sum = header.reduce((total, byte) => total + byte, 0);
      header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
      const archive = Buffer.concat([header, bytes]);
      return admitSource(toSource(archive), { allowIso: true, maxVirtualBytes: 1024 ** 4, peek: async () => bytes });
    },
  },
  'envelope of a machine': {
    most: MiB,
    words: `<Envelope><!-- <File ovf:href="a&amp;b" id='f' = '' %2e> <Disk fileRef="f"/>`,
    parse: (bytes) => [
      readEnvelope(bytes.toString()),
      readEnvelope(`<Envelope ${bytes}`),
      leadsElsewhere(bytes.toString()),
    ],
  },
  'manifest of a machine': {
    most: 64 * KiB,
    words: 'SHA256(a.vmdk)= 0123456789abcdef0123456789abcdef01234567 ',
    parse: (bytes) => readManifest(bytes.toString()),
  },
  'cloud.cfg': {
    most: 256 * KiB,
    words: 'datasource_list: [ NoCloud ]\n',
    parse: (bytes) => readCloudConfig([{ path: '/etc/cloud/cloud.cfg', text: bytes.toString() }]),
  },
  netplan: network('/etc/netplan/a.yaml', 'network:\n  ethernets: {a: {addresses: [1]}}\n'),
  interfaces: network('/etc/network/interfaces', 'iface eno1 inet static\n'),
  networkd: network('/etc/systemd/network/a.network', 'Name=enp3s0 '),
  keyfile: network('/etc/NetworkManager/system-connections/a', 'interface-name= '),
  ifcfg: network('/etc/sysconfig/network-scripts/ifcfg-a', 'DEVICE="'),
  'grub.cfg': {
    most: 4 * MiB,
    words: 'menuentry "a" --id $x { linux /vmlinuz root="$y" ; }\n',
    parse: (bytes) => parseGrubConfig(lines(bytes), new Map([['x', 'y'.repeat(4096)]]), () => []),
  },
  'menu.lst': {
    most: 4 * MiB,
    words: 'title a\nkernel /vmlinuz root\n',
    parse: (bytes) => parseGrubLegacy(lines(bytes)),
  },
  grubenv: { most: 4 * MiB, words: 'saved_entry=\\a\\b', parse: (bytes) => parseGrubEnvironment(lines(bytes)) },
  'loader entry': {
    most: 4 * MiB,
    words: 'options $x initrd $x ',
    parse: (bytes) => parseBlsEntry('a', lines(bytes), new Map([['x', 'y'.repeat(4096)]])),
  },
  syslinux: { most: 4 * MiB, words: 'label a\nappend initrd=x,', parse: (bytes) => parseSyslinuxConfig(lines(bytes)) },
  sshd_config: {
    most: 4 * MiB,
    words: 'Include "*" PermitRootLogin   = ',
    parse: (bytes) => readSshdConfig(lines(bytes), async () => lines(bytes)),
  },
  passwd: {
    most: 4 * MiB,
    words: 'a:$6$x:1000:1000::/home/a:/bin/sh\n',
    parse: (bytes) => readAccounts(lines(bytes), lines(bytes)),
  },
  'fstab and command line': {
    most: 4 * MiB,
    words: 'UUID=1 / ext4 defaults,nofail 0 1\n/dev/sda1 root=LABEL="a" console=ttyS0 ',
    parse: (bytes) =>
      guestFindings(
        linux({
          startup: {
            fstab: lines(bytes).slice(0, 1000),
            crypttab: lines(bytes).slice(0, 1000),
            kernelLines: [kernelLine(bytes)],
            nextLine: kernelLine(bytes),
          },
          boot: { entry: toUnseen('boot-entry') },
          packages: new Map([[clean(bytes.toString()), '1']]),
        }),
      ),
  },
  'sections of a program': { most: 64 * KiB, words: 'MZPE\0\0.initrd', parse: (bytes) => readSections(bytes) },
  dhcpcd: network('/etc/dhcpcd.conf', 'interface static ip_address='),
  netctl: network('/etc/netctl/a', "Interface=IP='static"),
  netifrc: network('/etc/conf.d/net', 'config_a="10.0.0.1 ('),
  packages: { most: 4 * MiB, words: 'app2_name: a\napp2_version: 1\n', parse: (bytes) => readPackages(raw(bytes)) },
  'names of files': {
    most: 4 * MiB,
    words: '/home/a/.ssh/authorized_keys\n/root/.aws/credentials\n/etc/rc2.d/S01a@\nx.ko.',
    parse: (bytes) => {
      const all = raw(bytes);
      return [readKinds(all), all.map(readService), all.map(findModule), all.map(clean)];
    },
  },
  // Beyond, the bends themselves have no room in the process; guestfish-answers.test.ts has the largest.
  'answers of the appliance': {
    most: 4 * MiB,
    words: 'libguestfs: error: *stdin*:1: \n',
    parse: (bytes) => [hasComplaint(bytes), bytes.length > 4 * MiB || pairs(raw(bytes))],
  },
  initramfs: {
    most: 4 * MiB,
    words: '070701',
    parse: (bytes) => initramfsFiles(toSource(bytes), async () => ({ bytes: toSource(bytes), whole: false })),
  },
  'head of a kernel': { most: 64 * KiB, words: 'HdrS6.1.0', parse: (bytes) => kernelVersionIn(bytes) },
  'boot sector': {
    most: 512,
    words: 'GRUB Geom',
    parse: (bytes) => readBootCode(Buffer.concat([bytes, Buffer.alloc(512)]).subarray(0, 512)),
  },
  'volume of Windows': {
    most: 64 * KiB,
    words: 'xxxNTFS',
    parse: (bytes) => dirtyFlag(async (at, length) => bytes.subarray(at, at + length)),
  },
  'cloudbase-init.conf': {
    most: 256 * KiB,
    words: 'metadata_services = a.b,\n c',
    parse: (bytes) => readSources(raw(bytes)),
  },
  'virtio-win': {
    most: 2 * MiB,
    words: 'viostor/2k22/amd64/viostor.inf\n',
    parse: (bytes) =>
      driverFiles(raw(bytes).slice(0, 100_000), { major: 10, minor: 0, build: 20_348, server: true, bits: 64 }),
  },
  'console of Linux': {
    most: 8 * MiB,
    words: 'MBRno ALERT! cloud-init[1]: error: file mount: mounting GRUB loading.',
    parse: (bytes) => {
      const log = consoleLog();
      log.write(bytes.toString());
      const text = plainLog(log.whole());
      hasEnded(plainLog(log.recent()), 1000, 'kvm');
      parseReport(text, 'bootready-report');
      return [explainBoot(text, { ended: false, cloudInit: true }), lastLine(text)];
    },
  },
  'console of Windows': {
    most: 8 * MiB,
    words: 'BOOTMGR Status: 0xc0 \n  Shell> ',
    parse: (bytes) => {
      const log = consoleLog();
      log.write(bytes.toString());
      return [windowsHasEnded(plainLog(log.recent()), 1000, 'kvm'), explainWindows(plainLog(log.whole()))];
    },
  },
  // Sockets give 64 KiB at once.
  'guest agent': { most: 256 * KiB, words: '{"return": 1}\n', parse: (bytes) => guestAgent(1).read(bytes) },
  DHCP: {
    most: 64 * KiB,
    words: '\x0c\x01a',
    parse: (bytes) => {
      const frame = Buffer.concat([Buffer.alloc(14 + 20 + 8 + 236), Buffer.from([0x63, 0x82, 0x53, 0x63]), bytes]);
      frame.writeUInt16BE(0x0800, 12);
      frame[14] = 0x45;
      frame[23] = 17;
      frame.writeUInt16BE(68, 34);
      frame.writeUInt16BE(67, 36);
      frame.writeUInt16BE(Math.min(65_535, frame.length - 34), 38);
      frame[42] = 1;
      return dhcpRequest(frame);
    },
  },
  'monitor of QEMU': {
    most: 256 * KiB,
    words: '{"event": "RESUME"}\n',
    parse: (bytes) => qmpEvents(() => undefined)(bytes.toString()),
  },
  'checksums of a mirror': {
    most: MiB,
    words: `${'a'.repeat(64)} *image.qcow2 \nSHA256 (a) = `,
    parse: (bytes) => checksumIn(bytes.toString(), 'https://example.org/image.qcow2'),
  },
  'signature of checksums': {
    most: MiB,
    words:
      '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nx\n-----BEGIN PGP SIGNATURE-----\n\nwsBzBAEBCAAnBYJm\n=abcd\n-----END PGP SIGNATURE-----\n',
    parse: async (bytes) => [
      await readSignedText(bytes, { keys: signingKey }),
      await readSignedText(Buffer.from('x'), { keys: signingKey, signature: bytes }),
    ],
  },
  'notification of a store': {
    most: MiB,
    words: '{"Records":[{"s3":{"object":{"key":"a"}}}]}',
    parse: (bytes) => {
      let body: unknown;
      try {
        body = JSON.parse(bytes.toString());
      } catch {
        body = { Records: [{ s3: { object: { key: bytes.toString() }, bucket: { name: bytes.toString() } } }] };
      }
      return parseNotifications({}, body);
    },
  },
};

export type Parsed = { bend: Bend; milliseconds: number };

/** Every bend of one parser at one size, one after the other; each is a part of its own. */
export async function parseBent(
  { parser, size }: { parser: string; size: number },
  _helpers: object,
  part: NamePart,
): Promise<Parsed[]> {
  const done: Parsed[] = [];
  const { parse, words } = parsers[parser] as Parser;
  for (const [bend, make] of Object.entries(bends)) {
    const bytes = make(size, words);
    part(bend);
    const begun = process.cpuUsage();
    try {
      await parse(bytes);
    } catch (error) {
      // A part that is too much is unknown; anything else is no way to take foreign bytes.
      if (!(error instanceof TooMuch)) throw error;
    }
    const { user, system } = process.cpuUsage(begun);
    done.push({ bend: bend as Bend, milliseconds: Math.round((user + system) / 1000) });
  }
  return done;
}
