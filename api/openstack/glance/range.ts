/**
 * Reads one range of bytes (RFC 9110, 14.1.2). Undefined means: send the whole. That is so without a range, and with several, which a server need not serve.
 * `unsatisfiable` if none of the bytes exist, or if the range makes no sense, as in Glance.
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
