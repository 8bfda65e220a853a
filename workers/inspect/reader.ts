import { TooMuch, type Why } from '../../shared/checks/guest/unseen.ts';
import type { ByteSource } from '../../shared/ports/byte-source.ts';
import type { Codec } from '../tools/decompress.ts';
import type { Guestfish } from '../tools/guestfish-answers.ts';
import { alternatives, findWhyHidden, type Hidden, notHidden } from './hidden.ts';
import { type Layout, locate, toPlace } from './layouts.ts';
import type { Parts } from './parts.ts';
import { clean, configLine } from './text.ts';

/** One inspection of one image. */
export type Look = {
  guestfish: Guestfish;
  initramfs: InitramfsFiles;
  parts: Parts;
  progress: (percent: number) => void;
};

/** The one file that is too large for an answer: kept by the owner, read in pieces. */
export type InitramfsFiles = {
  /** Fetches the file of the guest; undefined when it cannot be. @throws TooMuch when it is larger than any */
  fetch(path: string): Promise<ByteSource | undefined>;
  /**
   * The output of a decompressor that gets `length` bytes of the fetched file from `at`, or the rest of it; undefined if there is no output. @throws TooMuch
   */
  unpack(at: number, codec: Codec, length?: number): Promise<Unpacked | undefined>;
};

/** The output of a decompressor; `whole` if the tool accepted all of its input. */
type Unpacked = { bytes: ByteSource; whole: boolean };

const most = 200;
/** The largest text that is read is a kernel's modules.dep; guestfish's answers are capped as well. */
const largestText = 4 * 1024 ** 2;

/**
 * Reads files of the mounted guest. A missing file is empty or undefined, never an error. A file that cannot be read, or may lie on a filesystem that could not
 * be mounted, throws `Unseen`.
 */
export type Reader = {
  /** Any other question about a path. */
  about: Guestfish['about'];
  /** The place of a path in the mounted filesystems, for callers that ask the appliance themselves. */
  real(path: string): string;
  /** Whether the paths of a pattern may be in a place that nobody can read. */
  hidden(pattern: string): Why | undefined;
  /** The lines of a text file of at most four MiB, cleaned. */
  read(path: string): Promise<string[] | undefined>;
  /** The same with whole lines, for parsers. */
  config(path: string): Promise<string[] | undefined>;
  /** Bytes of a regular file; NaN for anything else. */
  readSize(path: string): Promise<number>;
  /** So many bytes from the beginning of a regular file that has as many. */
  head(path: string, length: number): Promise<Buffer | undefined>;
  /** So many bytes of a regular file from an offset on, or fewer at its end. */
  part(path: string, at: number, length: number): Promise<Buffer | undefined>;
  /** Where a path leads to by its symbolic links; undefined when nothing is there. */
  resolve(path: string): Promise<string | undefined>;
  /** The names in a folder. */
  list(path: string): Promise<string[]>;
  /** The files that match the patterns (glob(7)). @throws TooMuch */
  expand(...patterns: string[]): Promise<string[]>;
  /** The same in one question for many patterns, with braces (glob(3), GLOB_BRACE). */
  among(patterns: readonly string[]): Promise<string[]>;
  /** Whether one of the paths or patterns is there. */
  exists(...patterns: string[]): Promise<boolean>;
  /** Those of the files in which a line matches. */
  holding(paths: readonly string[], matches: (line: string) => boolean): Promise<string[]>;
};

export function makeReader(guestfish: Guestfish, hidden: readonly Hidden[] = [], layout?: Layout): Reader {
  const real = (path: string): string => (layout ? toPlace(layout, path) : path);
  const ours = (place: string): string => (layout ? locate(layout, place) : place);
  const about: Guestfish['about'] = async (command, path, ...args) => {
    notHidden(hidden, path);
    return guestfish.about(command, real(path), ...args);
  };
  /** Braces may lead to several places. */
  const glob = async (patterns: readonly string[]): Promise<string[]> => {
    if (patterns.length === 0) return [];
    for (const pattern of patterns) notHidden(hidden, pattern);
    const places = layout ? patterns.flatMap(alternatives).map(real) : patterns;
    // The appliance wants a path that begins with "/", before any brace.
    const wanted =
      places.length === 1 ? (places[0] ?? '') : `/{${places.map((each) => each.replace(/^\//, '')).join(',')}}`;
    const found = (await guestfish.about('glob-expand', wanted)) ?? [];
    return found.map((place) => ours(place.replace(/\/$/, '')));
  };
  const readSize = (path: string): Promise<number> => regularSize(about, path);
  const lines = (path: string): Promise<string[] | undefined> => readLines(about, path, largestText);
  const read: Reader['read'] = async (path) => (await lines(path))?.map(clean);
  const expand: Reader['expand'] = async (...patterns) => {
    const found: string[] = [];
    for (const pattern of patterns) found.push(...(await glob([pattern])));
    if (found.length > most) throw new TooMuch(patterns.join(' '));
    return found;
  };
  return {
    about,
    real,
    hidden: (pattern) => findWhyHidden(hidden, pattern),
    read,
    config: async (path) => (await lines(path))?.map(configLine),
    readSize,
    head: async (path, length) =>
      (await readSize(path)) >= length ? guestfish.bytes('pread', real(path), String(length), '0') : undefined,
    part: async (path, at, length) =>
      (await readSize(path)) > at ? guestfish.bytes('pread', real(path), String(length), String(at)) : undefined,
    resolve: async (path) => {
      const place = (await about('realpath', path))?.[0];
      return place === undefined ? undefined : ours(place);
    },
    expand,
    list: async (path) => (await about('ls', path)) ?? [],
    among: glob,
    exists: async (...patterns) => {
      for (const pattern of patterns) {
        if (pattern.includes('*')) {
          if ((await expand(pattern)).length > 0) return true;
        } else if ((await about('exists', pattern))?.[0] === 'true') return true;
      }
      return false;
    },
    holding: async (paths, matches) => {
      const found: string[] = [];
      for (const path of paths) if (((await read(path)) ?? []).some(matches)) found.push(clean(path));
      return found;
    },
  };
}

/** Bytes of a regular file; NaN for anything else. Pipes and devices of the guest are not opened, because they have no end. */
async function regularSize(about: Guestfish['about'], path: string): Promise<number> {
  const status = new Map(pairs(await about('statns', path)));
  return (Number(status.get('st_mode')) & 0o170000) === 0o100000 ? Number(status.get('st_size')) : Number.NaN;
}

/** The largest configuration file that a parser of a whole language gets. */
export const largestConfig = 256 * 1024;

/**
 * The unchanged lines of a regular file. They are the guest's words, so clean them before any of them is shown. @throws TooMuch when the file is larger than
 * the limit; Unseen
 */
export async function readLines(
  about: Guestfish['about'],
  path: string,
  mostBytes: number,
): Promise<string[] | undefined> {
  const size = await regularSize(about, path);
  if (size > mostBytes) throw new TooMuch(path);
  return size <= mostBytes ? about('cat', path) : undefined;
}

/** A line that says something: neither empty nor a comment. */
export function active(line: string): boolean {
  return line !== '' && !line.startsWith('#');
}

/** guestfish prints tables as "key: value". */
export function pairs(lines: string[] | undefined): [string, string][] {
  return (lines ?? []).flatMap((line) => {
    const at = line.indexOf(': ');
    return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 2)] as [string, string]];
  });
}
