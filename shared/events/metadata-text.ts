/**
 * Decodes object metadata. They are headers, and S3 keeps them as ASCII (Amazon S3, "User-defined object metadata"). Clients and stores encode other characters
 * in several ways: percent-encoding, the words of RFC 2047 (AWS answers with these), or the bytes of UTF-8, which HTTP clients read as Latin-1 (RFC 9110, 5.5).
 * Any other text stays unchanged.
 */
export function metadataText(value: string): string {
  return withoutPercents(withoutWords(asUtf8(value)));
}

function asUtf8(text: string): string {
  if (!/[\u0080-\u00ff]/.test(text) || /[\u0100-\uffff]/.test(text)) return text;
  return decodeCharset('utf-8', Buffer.from(text, 'latin1')) ?? text;
}

function withoutPercents(text: string): string {
  if (!/%[0-9a-f]{2}/i.test(text)) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** RFC 2047, 2: no longer than 75 characters; some writers do not keep to that. */
const word = /=\?([A-Za-z0-9_-]{1,40})\?([BbQq])\?([^?\s]{0,2048})\?=/g;

/** Between two of them white space does not count (6.2), and a character may be cut in two by careless writers. */
function withoutWords(text: string): string {
  let plain = '';
  let at = 0;
  let open: { charset: string; bytes: Buffer[]; source: string } | undefined;
  const close = (): void => {
    if (open) plain += decodeCharset(open.charset, Buffer.concat(open.bytes)) ?? open.source;
    open = undefined;
  };
  for (const { index, 0: source, 1: charset = '', 2: encoding = '', 3: body = '' } of text.matchAll(word)) {
    const between = text.slice(at, index);
    if (!(open?.charset === charset.toLowerCase() && /^\s*$/.test(between))) {
      const isBetweenWords = open !== undefined && /^\s*$/.test(between);
      close();
      if (!isBetweenWords) plain += between;
      open = { charset: charset.toLowerCase(), bytes: [], source: '' };
    }
    open.bytes.push(encoding.toUpperCase() === 'B' ? Buffer.from(body, 'base64') : decodeQuoted(body));
    open.source += source;
    at = index + source.length;
  }
  close();
  return plain + text.slice(at);
}

/** RFC 2047, 4.2. */
function decodeQuoted(body: string): Buffer {
  return Buffer.from(
    body
      .replaceAll('_', ' ')
      .replaceAll(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
}

/** undefined where these are not such bytes, or nobody knows the charset. */
function decodeCharset(charset: string, bytes: Buffer): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
