/**
 * One range of bytes (RFC 9110, 14.1.2). Undefined: the whole is to be sent, for there is no range, or several, which need not be
 * served. `unsatisfiable` when nothing of it is there, or when it makes no sense, as Glance has it.
 */
export function readRange(
  header: string | undefined,
  size: number,
): { offset: number; length: number } | 'unsatisfiable' | undefined {
  if (header === undefined || header.includes(',')) return undefined;
  const [, first = '', last = ''] =
    /^bytes\s{0,8}=\s{0,8}(\d{0,16})\s{0,8}-\s{0,8}(\d{0,16})$/i.exec(header.trim()) ?? [];
  if (first === '' && last === '') return 'unsatisfiable';
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { offset: size - length, length };
  }
  const offset = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return offset >= size || end < offset ? 'unsatisfiable' : { offset, length: end - offset + 1 };
}
