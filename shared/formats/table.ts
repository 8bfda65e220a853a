import type { Format } from './format.ts';
import { iso } from './iso.ts';
import { parallels } from './parallels.ts';
import { qcow2 } from './qcow2.ts';
import { bochs, cloop, cowd, dmg, luks, qed, sesparse } from './refused.ts';
import { vdi } from './vdi.ts';
import { vhd } from './vhd.ts';
import { vhdx } from './vhdx.ts';
import { vmdk, vmdkText } from './vmdk.ts';

/** Every format that has a magic. To add one, write its file and name it here (ARCHITECTURE.md, "How to add a format"). */
export const formats: readonly Format[] = [
  qcow2,
  vmdk,
  vmdkText,
  vhd,
  vhdx,
  vdi,
  parallels,
  iso,
  qed,
  cowd,
  sesparse,
  luks,
  bochs,
  cloop,
  dmg,
];

/**
 * Kinds of files that people upload by mistake, named only to make the refusal clear. The codes have their words in
 * shared/checks/param-words.ts.
 */
export function findMistake(head: Buffer): string {
  const text = head.subarray(0, 512).toString('latin1');
  if (head.subarray(0, 4096).every((byte) => byte === 0)) return 'zeros';
  if (text.startsWith('PK\x03\x04')) return 'zip';
  if (text.startsWith('7z\xbc\xaf\x27\x1c')) return '7z';
  if (text.startsWith('Rar!')) return 'rar';
  if (text.startsWith('%PDF')) return 'pdf';
  if (text.startsWith('\x7fELF')) return 'elf';
  if (/^\s*<(!doctype html|html|\?xml)/i.test(text)) return 'xml';
  if (text.startsWith('MZ')) return 'exe';
  if (text.startsWith('VMA\0')) return 'vma';
  if (text.startsWith('MSWIM')) return 'wim';
  return 'unknown';
}
