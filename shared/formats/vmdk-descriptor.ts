import type { Finding } from '../contracts/finding.ts';
import { refusal } from './format.ts';

/**
 * The text in a VMDK, or of one. Source: VMware Virtual Disk Format 1.1; QEMU block/vmdk.c for what is really read: QEMU looks for names
 * anywhere in the text (strstr), in comments and in the middle of a word too, and an extent line may name any file of the reader's host.
 * So there is one accepted grammar, and all else is refused. Everything here is linear in the text.
 */

/** QEMU reads 20 sectors of a descriptor, whatever size the header declares (DESC_SIZE). */
export const descriptorBytes = 20 * 512;

const lineEnd = /\r\n|\r|\n/;
function readLines(text: string): string[] {
  return text.split(lineEnd).map((line) => line.trim());
}

/**
 * Whether a file is a descriptor without a disk: text that names other files (CVE-2022-47951). QEMU's probe only wants `version=1` (2, 3) as the first line
 * that is not a comment. Editors and other readers search for the title or for `createType`.
 */
export function isTextDescriptor(head: Buffer): boolean {
  const text = head.subarray(0, descriptorBytes).toString('latin1');
  if (text.startsWith('KDMV') || text.startsWith('COWD')) return false;
  const lines = readLines(text.replace(/^\xef\xbb\xbf/, ''));
  const first = lines.find((line) => line !== '' && !line.startsWith('#')) ?? '';
  return (
    /^version\s*=\s*\d/i.test(first) || lines.some((line) => /^#\s*Disk DescriptorFile|^createType\s*=/i.test(line))
  );
}

/** The type that a descriptor declares, for the text of a refusal. */
export function typeOfText(head: Buffer): string {
  const text = head.subarray(0, descriptorBytes).toString('latin1');
  return /createType\s{0,8}=\s{0,8}"?([\w-]{1,40})/i.exec(text)?.[1] ?? 'unknown';
}

/** `RW 4192256 SPARSE "disk.vmdk"`: access, sectors, kind, and the file's own name, which is no path. */
const ownExtent = /^RW \d{1,15} SPARSE "[^"/]{1,511}"$/;
const anyExtent = /^(?:RW|RDONLY|NOACCESS)(?:\s|$)/i;
const setting = /^[\w.:-]+\s*=/;

function timesIn(text: string, word: string): number {
  return text.toLowerCase().split(word.toLowerCase()).length - 1;
}

/**
 * Why the text of a sparse VMDK is refused; undefined when it is one own extent without a parent.
 *
 * @param bytes what lies where descriptors lie; at least what QEMU reads
 * @param declared bytes of it that the header calls the descriptor
 */
export function descriptorProblem(bytes: Buffer, declared: number): { findings: Finding[] } | undefined {
  const all = bytes.toString('latin1');
  // QEMU searches for this word behind the declared end too, and other readers may go on behind a zero byte.
  if (timesIn(all, 'parentFileNameHint') > 0) return refusal('vmdk-parent');
  const text = all.slice(0, Math.max(declared, descriptorBytes)).split('\0', 1)[0] ?? '';
  if (text.length > declared) return refusal('vmdk-descriptor');
  const lines = readLines(text).filter((line) => line !== '' && !line.startsWith('#'));
  const values = (name: string): string[] =>
    lines
      .map((line) => line.split('=', 2))
      .filter(([key = '']) => key.trim().toLowerCase() === name.toLowerCase())
      .map(([, value = '']) => value.trim());

  const [parent, ...parents] = values('parentCID');
  if (parent !== undefined && parent.toLowerCase() !== 'ffffffff') return refusal('vmdk-parent');
  // Without both, QEMU does not open it.
  if (parent === undefined || parents.length > 0 || values('CID').length !== 1) return refusal('vmdk-descriptor');

  const [type] = values('createType');
  const named = /^"([\w-]{1,40})"$/.exec(type ?? '')?.[1];
  if (named === undefined) return refusal('vmdk-descriptor');
  if (named !== 'monolithicSparse' && named !== 'streamOptimized') return refusal('vmdk-flat', { type: named });
  // QEMU uses the first one, wherever it is. Another reader may use another.
  if (timesIn(all, 'createType') > 1) return refusal('vmdk-descriptor');

  const extents = lines.filter((line) => anyExtent.test(line));
  if (extents.length !== 1) return refusal('vmdk-extents', { count: extents.length });
  const [extent = ''] = extents;
  if (!ownExtent.test(extent)) return refusal('vmdk-flat', { type: readKind(extent) });
  if (lines.some((line) => line !== extent && !setting.test(line))) return refusal('vmdk-descriptor');
  return undefined;
}

/** The words of an extent line up to its name, e.g. `RW +2048 FLAT`: the uploader's text. */
function readKind(extent: string): string {
  return (extent.split('"', 1)[0] ?? '')
    .trim()
    .replaceAll(/\p{Cc}/gu, '?')
    .slice(0, 40);
}
