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

/** Files that people upload by mistake. We name them only to make the refusal clear. */
export function mistakenFor(head: Buffer): string {
  const text = head.subarray(0, 512).toString('latin1');
  if (head.subarray(0, 4096).every((byte) => byte === 0)) return 'zeros';
  if (text.startsWith('PK\x03\x04')) return 'a ZIP archive';
  if (text.startsWith('7z\xbc\xaf\x27\x1c')) return 'a 7-Zip archive';
  if (text.startsWith('Rar!')) return 'a RAR archive';
  if (text.startsWith('%PDF')) return 'a PDF document';
  if (text.startsWith('\x7fELF')) return 'an ELF program';
  if (/^\s*<(!doctype html|html|\?xml)/i.test(text)) return 'a web page or XML document';
  if (text.startsWith('MZ')) return 'a Windows program';
  if (text.startsWith('VMA\0'))
    return 'a backup of Proxmox (VMA): "vma extract FILE FOLDER" on the host extracts its disks';
  if (text.startsWith('MSWIM')) return 'a Windows WIM archive';
  return 'data without any known structure';
}
