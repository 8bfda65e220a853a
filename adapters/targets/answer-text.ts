/** A page of Glance's records with the largest properties has some MiB. */
const mostOfAnswer = 8 * 1024 ** 2;

/**
 * The body of an answer as text. A server that never stops talking must not fill the memory of the worker, which works for all projects.
 * @throws Error when it is longer than `most` bytes
 */
export async function readText(
  body: AsyncIterable<Uint8Array> | null | undefined,
  most = mostOfAnswer,
): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body ?? []) {
    bytes += piece.length;
    if (bytes > most) throw new Error(`the answer is longer than ${most} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** Undefined where it is no JSON. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
