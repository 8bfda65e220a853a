import type { DigestAlgorithm } from '../ports/byte-work.ts';

/**
 * The files that an OVF envelope lists, and the digests of its manifest. Source: DMTF DSP0243 2.1.1, 6 (packages, manifest), 7.1 (References), 9.1
 * (DiskSection).
 * The reader searches only for these elements, so an envelope with other elements can be read too.
 */
export type Envelope = {
  files: { href: string; chunkSize?: number | undefined }[];
  /** Those of the files that are disks. Disks without a file are empty ones, made at the import. */
  disks: string[];
};

/** Envelopes have some ten KiB. */
export const mostOfEnvelope = 1024 * 1024;
const mostOfTag = 8 * 1024;

/** undefined where it is no envelope. */
export function readEnvelope(xml: string): Envelope | undefined {
  const files = new Map<string, Envelope['files'][number]>();
  const references: string[] = [];
  let isEnvelope = false;
  for (const { name, attributes } of startTags(xml)) {
    isEnvelope ||= name === 'Envelope';
    // Its root.
    if (!isEnvelope) return undefined;
    const { id = '', href = '', chunkSize = '', fileRef = '' } = attributes;
    if (name === 'File' && href) {
      const size = /^[1-9]\d{0,14}$/.test(chunkSize) ? Number(chunkSize) : undefined;
      files.set(id, { href: plainHref(href), chunkSize: size });
    }
    if (name === 'Disk' && fileRef) references.push(fileRef);
  }
  const disks = new Set(references.flatMap((id) => files.get(id)?.href ?? []));
  return isEnvelope ? { files: [...files.values()], disks: [...disks] } : undefined;
}

type Tag = { name: string; attributes: Record<string, string> };

/** Elements as they begin, names without their namespace's prefix. */
const startTags = function* (xml: string): Generator<Tag> {
  const skipped: readonly [string, string][] = [
    ['<!--', '-->'],
    ['<![CDATA[', ']]>'],
    ['<?', '?>'],
    ['<!', '>'],
    ['</', '>'],
  ];
  for (let at = xml.indexOf('<'); at >= 0; at = xml.indexOf('<', at)) {
    const [begin, end] = skipped.find(([mark]) => xml.startsWith(mark, at)) ?? [];
    if (begin && end) {
      const found = xml.indexOf(end, at + begin.length);
      if (found < 0) return;
      at = found + end.length;
      continue;
    }
    const length = tagLength(xml, at);
    if (length === undefined) return;
    yield makeTag(xml.slice(at + 1, at + length));
    at += length;
  }
};

/** Up to the bracket that is in no quotes. */
function tagLength(xml: string, from: number): number | undefined {
  let quote = '';
  for (let at = from; at < xml.length && at - from < mostOfTag; at++) {
    const each = xml[at] as string;
    if (quote) quote = each === quote ? '' : quote;
    else if (each === '"' || each === "'") quote = each;
    else if (each === '>') return at - from + 1;
  }
  return undefined;
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function makeTag(tag: string): Tag {
  const attributes: Record<string, string> = Object.create(null);
  for (const [, name = '', double, single] of tag.matchAll(
    /([\w:.-]{1,64})\s{0,64}=\s{0,64}(?:"([^"]*)"|'([^']*)')/g,
  )) {
    attributes[local(name)] = withoutEntities(double ?? single ?? '');
  }
  return { name: local(/^[\w:.-]{1,64}/.exec(tag)?.[0] ?? ''), attributes };
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
function withoutEntities(text: string): string {
  return text.replaceAll(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => entities[name] ?? '');
}

/** RFC 3986: what is percent-encoded. The same file may be called ./disk.vmdk. */
function plainHref(href: string): string {
  const plain = href.replace(/^(?:\.\/)+/, '');
  try {
    return decodeURIComponent(plain);
  } catch {
    return plain;
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
  const digests = new Map<string, Digest>();
  for (const line of text.split('\n')) {
    const [, algorithm, name, hex] =
      /^(SHA(?:1|256|512)) ?\((.{1,255})\) ?= ?([0-9a-fA-F]{40,128})\s*$/.exec(line) ?? [];
    if (algorithm && name && hex) {
      digests.set(name, { algorithm: algorithm.toLowerCase() as Digest['algorithm'], hex: hex.toLowerCase() });
    }
  }
  return digests;
}
