import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DiskFormat } from '../../../shared/formats/facts.ts';
import { convert } from '../images.ts';
import { vmdkWithFooter } from '../readings.ts';

/**
 * Every legitimate way of writing an image: by qemu-img's own options, and by the headers that VirtualBox, VMware, Hyper-V and Azure are
 * documented to write. Each goes through, or has the code that says why not.
 */
export type KnownGood = { writer: string; name: string; path: string; code?: string };

function addUp(bytes: Buffer, at: number): number {
  let sum = 0;
  for (let index = 0; index < bytes.length; index++) if (index < at || index >= at + 4) sum += bytes[index] ?? 0;
  return ~sum >>> 0;
}

/** Source: Microsoft, Virtual Hard Disk Image Format Specification 1.0: creator application, version and host at 28 to 40. */
function vhdBy(from: string, creator: string, host: string): Buffer {
  const bytes = readFileSync(from);
  const at = bytes.length - 512;
  for (const footer of [
    bytes.subarray(at),
    ...(bytes.toString('latin1', 0, 8) === 'conectix' ? [bytes.subarray(0, 512)] : []),
  ]) {
    footer.write(creator, 28, 'latin1');
    footer.writeUInt32BE(0x000a_0000, 32);
    footer.write(host, 36, 'latin1');
    footer.writeUInt32BE(addUp(footer.subarray(0, 512), 64), 64);
  }
  return bytes;
}

/** VirtualBox aligns what lies behind its block map to 1 MiB, and calls itself by name. Source: VDICore.h as QEMU's block/vdi.c tells it. */
function vdiByVirtualBox(from: string): Buffer {
  const bytes = readFileSync(from);
  const data = bytes.readUInt32LE(0x158);
  const header = Buffer.alloc(2 * 1024 ** 2);
  bytes.copy(header, 0, 0, data);
  header.fill(0, 0, 0x40);
  header.write('<<< Oracle VM VirtualBox Disk Image >>>\n', 0, 'latin1');
  header.writeUInt32LE(2 * 1024 ** 2, 0x158);
  return Buffer.concat([header, bytes.subarray(data)]);
}

function vmdkText(change: (text: string) => string) {
  return (from: string): Buffer => {
    const bytes = readFileSync(from);
    const text = change((bytes.toString('latin1', 512, 512 + 10_240).split('\0', 1)[0] ?? '').trimEnd());
    bytes.fill(0, 512, 512 + 10_240);
    bytes.write(text, 512, 'latin1');
    return bytes;
  };
}

/** [MS-VHDX] 2.6.2.4: the logical sector size of the disk. */
function vhdxWithSectors(from: string): Buffer {
  const bytes = readFileSync(from);
  const metadata = bytes.indexOf('metadata', 256 * 1024, 'latin1');
  const entry = bytes.indexOf('1dbf41816fa90947ba47f233a8faab5f', metadata, 'hex');
  bytes.writeUInt32LE(4096, metadata + bytes.readUInt32LE(entry + 16));
  return bytes;
}

export function knownGood(dir: string, disk: string): KnownGood[] {
  const images: KnownGood[] = [];
  const by = (format: DiskFormat, options: string, code?: string, ...more: string[]): string => {
    const name = `${format} ${[options, ...more].filter(Boolean).join(' ')}`.trim();
    const path = convert(
      disk,
      format,
      join(dir, name.replaceAll(/[ =,]/g, '_')),
      ...(options ? ['-o', options] : []),
      ...more,
    );
    images.push({ writer: 'qemu-img', name, path, ...(code ? { code } : {}) });
    return path;
  };
  const bent = (writer: string, name: string, bytes: Buffer, code?: string): void => {
    const path = join(dir, `${writer} ${name}`.replaceAll(/[ =,]/g, '_'));
    writeFileSync(path, bytes);
    images.push({ writer, name, path, ...(code ? { code } : {}) });
  };

  for (const size of ['512', '1k', '2k', '4k', '8k', '16k', '32k', '64k', '128k', '256k', '512k', '1M', '2M']) {
    by('qcow2', `cluster_size=${size}`);
  }
  for (const size of ['16k', '64k', '2M']) by('qcow2', `extended_l2=on,cluster_size=${size}`);
  for (const bits of ['1', '8', '64']) by('qcow2', `refcount_bits=${bits}`);
  for (const mode of ['metadata', 'falloc', 'full']) by('qcow2', `preallocation=${mode}`);
  by('qcow2', 'preallocation=metadata,extended_l2=on');
  by('qcow2', 'compat=0.10');
  by('qcow2', 'compat=1.1,lazy_refcounts=on');
  for (const type of ['zlib', 'zstd']) {
    for (const size of ['512', '64k', '2M'])
      by('qcow2', `compression_type=${type},cluster_size=${size}`, undefined, '-c');
  }
  by('qcow2', 'compat=0.10', undefined, '-c');
  const marked = by('qcow2', 'compat=1.1');
  execFileSync('qemu-img', ['snapshot', '-c', 'one', marked]);
  execFileSync('qemu-img', ['bitmap', '--add', marked, 'changed']);

  const sparse = by('vmdk', '');
  for (const adapter of ['ide', 'lsilogic', 'buslogic', 'legacyESX']) by('vmdk', `adapter_type=${adapter}`);
  by('vmdk', 'compat6=on');
  by('vmdk', 'hwversion=15');
  by('vmdk', 'zeroed_grain=on');
  const streamed = by('vmdk', 'subformat=streamOptimized');
  for (const kind of ['monolithicFlat', 'twoGbMaxExtentSparse', 'twoGbMaxExtentFlat'])
    by('vmdk', `subformat=${kind}`, 'vmdk-flat');

  by('vpc', '');
  const dynamic = by('vpc', 'force_size=on');
  by('vpc', 'subformat=fixed');
  const fixed = by('vpc', 'subformat=fixed,force_size=on');
  const vhdx = by('vhdx', '');
  for (const size of ['1M', '8M', '32M', '256M']) by('vhdx', `block_size=${size}`);
  by('vhdx', 'subformat=fixed');
  by('vhdx', 'log_size=4M');
  by('vhdx', 'block_state_zero=off');
  const vdi = by('vdi', '');
  by('vdi', 'static=on');
  by('parallels', '');
  by('parallels', 'cluster_size=64k');
  for (const mode of ['off', 'full']) by('raw', `preallocation=${mode}`);
  by('qed', '', 'unsupported-format');

  bent('VirtualBox', 'VDI', vdiByVirtualBox(vdi));
  bent('VirtualBox', 'VHD dynamic', vhdBy(dynamic, 'vbox', 'Wi2k'));
  bent(
    'VirtualBox',
    'VMDK with its own settings',
    vmdkText((text) => `${text}\nddb.uuid.image="6d6f-1"\nddb.comment=""\n`)(sparse),
  );
  bent('VMware', 'streamOptimized with a footer', vmdkWithFooter(streamed));
  bent(
    'VMware',
    'streamOptimized, Windows lines',
    vmdkText((text) => `${text.replaceAll('\n', '\r\n')}\r\n`)(streamed),
  );
  bent(
    'VMware',
    'monolithicSparse with encoding, change tracking and tools',
    vmdkText(
      (text) =>
        `${text.replace('version=1', 'version=1\nencoding="windows-1252"')}\nisNativeSnapshot="no"\n# Change Tracking File\nchangeTrackPath="disk-ctk.vmdk"\nddb.toolsVersion = "11269"\nddb.longContentID = "ab"\n`,
    )(sparse),
  );
  bent('Hyper-V', 'VHD dynamic', vhdBy(dynamic, 'win ', 'Wi2k'));
  bent('Hyper-V', 'VHD fixed', vhdBy(fixed, 'win ', 'Wi2k'));
  bent('Azure', 'VHD fixed', vhdBy(fixed, 'wa\0\0', 'Wi2k'));
  bent('Disk2vhd', 'VHD dynamic', vhdBy(dynamic, 'd2v ', 'Wi2k'));
  // QEMU itself reads no other sector size than 512.
  bent('Hyper-V', 'VHDX of 4096-byte sectors', vhdxWithSectors(vhdx), 'sector-size');
  return images;
}
