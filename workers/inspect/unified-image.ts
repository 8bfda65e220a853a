/** A part of a file, in bytes. */
export type Section = { at: number; size: number };

/** The section table of a program is in its first bytes. */
export const headOfProgram = 8192;
const mostSections = 96;

/**
 * Reads the sections of a UEFI program, by name. In a unified kernel image they are kernel, initramfs and command line. Empty if it is not such a program. PE
 * format, "COFF File Header", "Section Table"; UAPI.5
 */
export function readSections(head: Buffer): ReadonlyMap<string, Section> {
  const sections = new Map<string, Section>();
  if (head.length < 0x40 || head.toString('latin1', 0, 2) !== 'MZ') return sections;
  const header = head.readUInt32LE(0x3c);
  if (header + 24 > head.length || head.toString('latin1', header, header + 4) !== 'PE\0\0') return sections;
  const count = Math.min(head.readUInt16LE(header + 6), mostSections);
  const table = header + 24 + head.readUInt16LE(header + 20);
  for (let entry = table; entry < table + count * 40 && entry + 40 <= head.length; entry += 40) {
    const name = head.toString('latin1', entry, entry + 8).split('\0', 1)[0] ?? '';
    const size = Math.min(head.readUInt32LE(entry + 8), head.readUInt32LE(entry + 16));
    sections.set(name, { at: head.readUInt32LE(entry + 20), size });
  }
  return sections;
}
