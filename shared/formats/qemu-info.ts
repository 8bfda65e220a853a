import { z } from 'zod';
import type { Finding } from '../contracts/finding.ts';
import type { DetectedDisk } from '../contracts/run.ts';
import { qemuDriver } from './facts.ts';

/** The fields of `qemu-img info --output=json` that we read. We read the fields that name another file only to refuse the image. */
export const QemuImgInfo = z.looseObject({
  format: z.string(),
  'virtual-size': z.number(),
  'backing-filename': z.string().optional(),
  'full-backing-filename': z.string().optional(),
  encrypted: z.boolean().optional(),
  'format-specific': z
    .looseObject({
      data: z.looseObject({
        'data-file': z.string().optional(),
        'create-type': z.string().optional(),
        corrupt: z.boolean().optional(),
        extents: z.array(z.unknown()).optional(),
      }),
    })
    .optional(),
});
export type QemuImgInfo = z.infer<typeof QemuImgInfo>;

/** QEMU pads to its sector size, and to whole clusters in some formats. */
function sizesAgree(ours: number, theirs: number): boolean {
  return theirs >= ours && theirs - ours < 512 + (ours % 512);
}

/**
 * The second opinion. Our detector decides what a file is; QEMU, asked with that format, must see the same disk and no other
 * file. Peers that trust one of the two alone had each of these holes (CVE-2022-47951, CVE-2024-32498).
 */
export function agreesWithQemu(disk: DetectedDisk, info: QemuImgInfo): Finding[] {
  const data = info['format-specific']?.data;
  const format = qemuDriver(disk.format);
  const complaints = [
    info.format === format ? undefined : `format ${info.format}, not ${format}`,
    sizesAgree(disk.virtualSize, info['virtual-size'])
      ? undefined
      : `${info['virtual-size']} bytes, not ${disk.virtualSize}`,
    info['backing-filename'] || info['full-backing-filename'] ? 'it names a backing file' : undefined,
    data?.['data-file'] ? 'it names a data file' : undefined,
    data?.corrupt ? 'it is marked corrupt' : undefined,
    info.encrypted ? 'it is encrypted' : undefined,
    data?.['create-type'] && !['monolithicSparse', 'streamOptimized'].includes(data['create-type'])
      ? `VMDK type ${data['create-type'].slice(0, 40)}`
      : undefined,
    (data?.extents?.length ?? 1) > 1 ? 'several extents' : undefined,
  ].filter((complaint) => complaint !== undefined);
  return complaints.map((detail) => ({ code: 'qemu-disagrees', step: 'admit', outcome: 'fail', params: { detail } }));
}

/**
 * The formats that QEMU may probe when it is not told the format. A fixed VHD has its mark only at the end, so it looks raw. With any other result, a consumer
 * that probes would read a different disk than we did, or files of its own host (CVE-2015-1851, CVE-2026-24708).
 */
export function mayBeProbedAs({ format, variant }: Pick<DetectedDisk, 'format' | 'variant'>, probed: string): boolean {
  return probed === qemuDriver(format) || (format === 'vpc' && variant === 'fixed' && probed === 'raw');
}
