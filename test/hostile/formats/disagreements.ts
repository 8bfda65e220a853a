import type { DetectedDisk } from '../../../shared/contracts/run.ts';
import { agreesWithQemu, mayBeProbedAs } from '../../../shared/formats/qemu-info.ts';
import type { OsloAnswer, Told } from './readers.ts';

export type Readings = {
  /** Our detector: a disk, or the codes of its refusal. */
  disk: DetectedDisk | undefined;
  refused: string[];
  /** QEMU, told our format, or the format that the image was made as. */
  told: Told;
  probed: string;
  oslo: OsloAnswer;
  /** Files besides the image that QEMU opened. */
  opened: string[];
};

/** What would let an image through that others read as something else, or that opens a file of the host. There must be none. */
export function unsafe({ disk, told, probed, opened }: Readings): string[] {
  if (!disk) return [];
  const found: string[] = [];
  if (opened.length > 0) found.push(`let through, and QEMU opens ${opened.join(', ')}`);
  // Where QEMU, told the format, refuses or sees another disk, its second opinion refuses the image: safe.
  const admitted = told.state === 'opens' && agreesWithQemu(disk, told.info).length === 0;
  if (admitted && !mayBeProbedAs(disk, probed)) found.push(`let through as ${disk.format}, and probed as ${probed}`);
  return found;
}

/** In how the readers differ, in a few words; each must have its reason in the table. */
export function differences({ disk, refused, told, oslo }: Readings): string[] {
  const found: string[] = [];
  if (disk) {
    if (told.state === 'refuses') found.push(`passes, QEMU refuses ${disk.format}: ${plain(told.why)}`);
    if (told.state === 'dies') found.push(`passes, QEMU dies of ${disk.format}`);
    if (told.state === 'opens') {
      for (const { params } of agreesWithQemu(disk, told.info)) {
        found.push(`passes, QEMU sees of ${disk.format}: ${plain(String(params.detail))}`);
      }
    }
    if (oslo.error) found.push(`passes, oslo fails: ${oslo.error}`);
    else if (!isNamedAlike(disk, oslo.format ?? ''))
      found.push(`passes as ${nameFormat(disk)}, oslo says ${oslo.format}`);
    else if (!oslo.safe) found.push(`passes as ${disk.format}, oslo refuses: ${(oslo.why ?? []).join('+')}`);
  } else if (told.state === 'opens') {
    found.push(`refused, QEMU opens ${told.info.format}: ${refused.join('+')}`);
  }
  return found;
}

/** Numbers and names out, so that one reason stands for all alike. */
function plain(text: string): string {
  return text
    .replaceAll(/'[^']*'|"[^"]*"/g, "'…'")
    .replaceAll(/0x[0-9a-f]+|-?\d+/gi, 'N')
    .replaceAll(/[^\x20-\x7e…]/g, '?')
    .slice(0, 120);
}

function nameFormat(disk: DetectedDisk): string {
  return disk.format === 'vpc' || disk.format === 'raw' ? `${disk.format} ${disk.variant}` : disk.format;
}

function isNamedAlike({ format, variant }: DetectedDisk, oslo: string): boolean {
  return (
    oslo === format ||
    (format === 'vpc' && oslo === 'vhd') ||
    (format === 'raw' && oslo === 'gpt' && ['gpt', 'mbr', 'hybrid'].includes(variant))
  );
}

/**
 * Every kind of difference, and why it is none towards unsafe. What QEMU refuses when told the format is refused by the second opinion at
 * admit; what we refuse and QEMU opens is stricter on purpose.
 */
export const reasons: readonly { difference: RegExp; reason: string }[] = [
  // What we let through and QEMU does not open, or not alike: the second opinion refuses it at admit.
  {
    difference: /^passes, QEMU refuses \w+: /,
    reason: 'QEMU checks fields that no safety depends on; its refusal is ours.',
  },
  { difference: /^passes, QEMU sees of \w+: /, reason: 'The second opinion (agreesWithQemu) refuses exactly this.' },
  // OpenStack's inspector.
  { difference: /^passes as parallels, oslo says/, reason: 'It does not know the format.' },
  {
    difference: /^passes as vpc fixed, oslo says/,
    reason: 'It looks at the beginning only, where a fixed VHD has the disk itself; the footer decides here.',
  },
  {
    difference: /^passes as qcow2, oslo refuses: unknown_features$/,
    reason: 'It does not know extended L2 entries (bit 4).',
  },
  {
    difference: /^passes as qcow2, oslo refuses: data_file$/,
    reason: 'It reads the feature bits of version 2 as well, where header extensions begin instead.',
  },
  {
    difference: /^passes as raw \w+, oslo says/,
    reason: 'It knows no filesystem, and a GPT by its first sector alone; for raw, what QEMU probes decides.',
  },
  { difference: /^passes as (raw|iso), oslo refuses: mbr$/, reason: 'It wants a GPT or nothing behind the signature.' },
  {
    difference: /^passes as iso, oslo says/,
    reason: 'It wants more of an ISO than the mark that every reader goes by.',
  },
  {
    difference: /^passes as vmdk, oslo refuses: descriptor(\+footer)?$/,
    reason: 'It wants the descriptor in ASCII, and as long as the header says; its lines are checked here as there.',
  },
  {
    difference: /^passes as vmdk, oslo refuses: footer$/,
    reason: 'It wants zeros in bytes of the marker that nobody reads.',
  },
  // What we refuse and QEMU, told the format, opens: stricter on purpose.
  { difference: /^refused, QEMU opens qed: /, reason: 'QED is not supported.' },
  {
    difference: /^refused, QEMU opens \w+: (ambiguous|vmdk-flat|unsupported-format|encrypted)$/,
    reason: 'It can be read in another way as well; QEMU was told which.',
  },
  {
    difference: /^refused, QEMU opens \w+: truncated$/,
    reason: 'QEMU reads zeros behind the end of a file; here what is missing is said.',
  },
  {
    difference:
      /^refused, QEMU opens raw: (unrecognised|too-small|empty|damaged-header|vmdk-descriptor|qcow2-version|layer-damaged)$/,
    reason: 'Anything is raw to QEMU.',
  },
  {
    difference: /^refused, QEMU opens vmdk: vmdk-(descriptor|extents|parent)$/,
    reason: 'QEMU does not look at the text of a sparse VMDK; other readers do.',
  },
  {
    difference: /^refused, QEMU opens \w+: (damaged-header|shared-blocks|qcow2-shared-tables|expands-too-much)$/,
    reason: 'Fields that QEMU does not check: footers, tables that share a place.',
  },
  {
    difference: /^refused, QEMU opens qcow2: qcow2-(backing-file|data-file|features|corrupt)$/,
    reason: 'QEMU opens it here because its backing link is cut, or read-only.',
  },
  { difference: /^refused, QEMU opens \w+: (differencing|not-closed|vhdx-log)$/, reason: 'QEMU ignores the mark.' },
  { difference: /^refused, QEMU opens \w+: virtual-size-(invalid|limit)$/, reason: 'Sizes that no disk has.' },
];
