import type { SignatureProblem, Sums } from './sums-contract.ts';

/** Files of checksums as mirrors keep them beside images: SHA256SUMS, SHA512SUMS, CHECKSUM, FILE.sha256. */

/** `HEX  NAME`, `HEX *NAME` (coreutils, "md5sum invocation") */
const byDigest = /^([0-9a-f]{64}|[0-9a-f]{128})(?:\s{1,8}\*?(\S.{0,1000}))?$/i;
/** `SHA256 (NAME) = HEX` (BSD, and Fedora's CHECKSUM) */
const byName = /^SHA(?:256|512) \((.{1,1000})\) = ([0-9a-f]{64}|[0-9a-f]{128})$/i;

/** The checksum of the file at this URL, sha512 before sha256; undefined when none is there, or several that differ. */
export function checksumIn(text: string, url: string): string | undefined {
  const wanted = readFileName(url);
  const entries = text.split(/\r?\n/).flatMap((line) => {
    const [, digest, name] = byDigest.exec(line.trim()) ?? [];
    const [, bsdName, bsdDigest] = byName.exec(line.trim()) ?? [];
    const hex = (digest ?? bsdDigest)?.toLowerCase();
    return hex ? [{ hex, name: name ?? bsdName }] : [];
  });
  const [only, ...others] = entries;
  // A file that holds only one digest is of the file that it is named after.
  const named =
    only && others.length === 0 && only.name === undefined
      ? [only]
      : entries.filter(({ name }) => name?.replace(/^.*\//, '') === wanted);
  for (const [algorithm, length] of [
    ['sha512', 128],
    ['sha256', 64],
  ] as const) {
    const found = new Set(named.map(({ hex }) => hex).filter((hex) => hex.length === length));
    if (found.size === 1) return `${algorithm}:${[...found][0]}`;
    if (found.size > 1) return undefined;
  }
  return undefined;
}

/** The same as a task for the door; where it must be signed, of what was signed only. */
export async function findChecksum({
  sums,
  url,
  signed,
}: Sums): Promise<{ checksum: string | undefined; signedAt?: number } | { problem: SignatureProblem }> {
  if (!signed) return { checksum: checksumIn(new TextDecoder().decode(sums), url) };
  // Loaded only when it is needed, because loading it takes longer than everything else.
  const { readSignedText } = await import('./sums-signature.ts');
  const found = await readSignedText(sums, signed);
  return 'problem' in found ? found : { checksum: checksumIn(found.text, url), signedAt: found.signedAt };
}

function readFileName(url: string): string {
  const last = new URL(url).pathname.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
