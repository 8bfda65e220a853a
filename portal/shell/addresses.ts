/** The rules are those of `SourceUrl` and `Checksum` in shared/contracts, but the page does not load their library. */
export function isUrl(url: string): boolean {
  return /^https?:\/\//i.test(url.trim()) && URL.canParse(url.trim());
}

/** With the name of its algorithm, which its length tells; undefined if it is not a checksum. */
export function readChecksum(text: string): string | undefined {
  const hex = text
    .trim()
    .toLowerCase()
    .replace(/^sha(?:256|512):/, '');
  if (/^[0-9a-f]{64}$/.test(hex)) return `sha256:${hex}`;
  return /^[0-9a-f]{128}$/.test(hex) ? `sha512:${hex}` : undefined;
}
