import type { DigestAlgorithm } from '../ports/byte-work.ts';

/**
 * The files that an OVF envelope lists, and the digests of its manifest. Source: DMTF DSP0243 2.1.1, 6 (packages, manifest), 7.1 (References), 9.1
 * (DiskSection).
 * The reader searches only for these elements, so an envelope with other elements can be read too. Where an XML parser might see another file than this reader,
 * the reader lists both, because a tool may follow either.
 */
export type EnvelopeFile = {
  href: string;
  chunkSize?: number | undefined;
  /** A disk of the machine. Disks without a file are empty ones, made at the import. */
  isDisk: boolean;
};

/** Envelopes have some ten KiB. */
export const mostOfEnvelope = 1024 * 1024;

/** undefined where it is no envelope; `doctype`: an envelope with a DTD, which may give files any name and add elements. No exporter writes one. */
export function readEnvelope(xml: string): EnvelopeFile[] | 'doctype' | undefined {
  const elements: { ids: string[]; hrefs: string[]; chunkSize: number | undefined }[] = [];
  const references = new Set<string>();
  let root: string | undefined;
  for (const { name, attributes } of startTags(xml)) {
    if (name === '!DOCTYPE') return /[<:]Envelope\b/.test(xml) ? 'doctype' : undefined;
    root ??= name;
    if (root !== 'Envelope') return undefined;
    const collectValues = (wanted: string) => attributes.flatMap(([each, value]) => (each === wanted ? [value] : []));
    if (name === 'File') {
      const chunkSize = collectValues('chunkSize').find((text) => /^[1-9]\d{0,14}$/.test(text));
      elements.push({
        ids: collectValues('id'),
        hrefs: collectValues('href').filter(Boolean).map(plainHref),
        chunkSize: chunkSize ? Number(chunkSize) : undefined,
      });
    }
    if (name === 'Disk') for (const id of collectValues('fileRef')) references.add(id);
  }
  // One element may have very many attributes: read each only once.
  return elements.flatMap(({ ids, hrefs, chunkSize }) => {
    const isDisk = ids.some((id) => references.has(id));
    return hrefs.map((href) => ({ href, chunkSize, isDisk }));
  });
}

type Tag = { name: string; attributes: [name: string, value: string][] };

const skipped = [
  { begin: '<!--', end: '-->' },
  { begin: '<![CDATA[', end: ']]>' },
  { begin: '<?', end: '?>' },
] as const;

/** Elements as they begin, names without their namespace's prefix. An element without an end takes the rest. */
const startTags = function* (xml: string): Generator<Tag> {
  for (let at = xml.indexOf('<'); at >= 0; at = xml.indexOf('<', at)) {
    const part = skipped.find(({ begin }) => xml.startsWith(begin, at));
    if (part) {
      const end = xml.indexOf(part.end, at + part.begin.length);
      if (end < 0) return;
      at = end;
      continue;
    }
    const end = endOfTag(xml, at);
    yield makeTag(xml.slice(at + 1, end));
    at = end;
  }
};

/** The place of the bracket that is in no quotes. */
function endOfTag(xml: string, from: number): number {
  let quote: string | undefined;
  for (let at = from; at < xml.length; at++) {
    const each = xml[at];
    if (quote) quote = each === quote ? undefined : quote;
    else if (each === '"' || each === "'") quote = each;
    else if (each === '>') return at;
  }
  return xml.length;
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function makeTag(tag: string): Tag {
  const [name = ''] = /^[^\s/]+/.exec(tag) ?? [];
  const attributes: Tag['attributes'] = [];
  for (let rest = tag.slice(name.length); ; ) {
    const sign = rest.indexOf('=');
    const quoted = rest.slice(sign + 1).trimStart();
    const [quote = ''] = quoted;
    const end = quoted.indexOf(quote, 1);
    if (sign < 0 || !/["']/.test(quote) || end < 0) return { name: local(name), attributes };
    attributes.push([local(rest.slice(0, sign).trim()), withoutEntities(quoted.slice(1, end))]);
    rest = quoted.slice(end + 1);
  }
}

const entities = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** XML 1.0, 4.1 and 4.6: "&amp;", "&#47;", "&#x2f;". A parser refuses any other without a DTD. */
function withoutEntities(text: string): string {
  return text.replaceAll(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal?: string, hex?: string, name = '') => {
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : (entities.get(name) ?? whole);
  });
}

/** The same file may be called ./disk.vmdk. */
export function plainName(name: string): string {
  return name.replace(/^(?:\.\/)+/, '');
}

/** RFC 3986: what is percent-encoded. */
function plainHref(href: string): string {
  try {
    return plainName(decodeURIComponent(href));
  } catch {
    return plainName(href);
  }
}

/** 7.1: a file lies beside its envelope. With any other path, a tool that follows it would open a file that does not belong to the upload. */
export function leadsElsewhere(href: string): boolean {
  return /^[a-z][a-z0-9+.-]*:|^[/\\]|(?:^|[/\\])\.\.(?:[/\\]|$)/i.test(href);
}

export type Digest = { algorithm: DigestAlgorithm; hex: string };

export const mostOfManifest = 64 * 1024;

/** Lines such as "SHA256(disk.vmdk)= 0f3a...". */
export function readManifest(text: string): Map<string, Digest> {
  const lines = text.matchAll(/^(SHA(?:1|256|512)) ?\((.{1,255})\) ?= ?([0-9a-fA-F]{40,128})\s*$/gm);
  return new Map(
    [...lines].map(([, algorithm = '', name = '', hex = '']) => [
      name,
      { algorithm: algorithm.toLowerCase() as Digest['algorithm'], hex: hex.toLowerCase() },
    ]),
  );
}
