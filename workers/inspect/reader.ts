import type { Guestfish } from '../tools/guestfish.ts';
import { clean } from './text.ts';

/** One look inside one image: `outputDir` is `/out` to guestfish, for downloads. */
export type Look = {
  guestfish: Guestfish;
  outputDir: string;
  signal: AbortSignal;
  progress: (percent: number) => void;
};

const most = 20;

/** Reads files of the mounted guest. What is not there is empty or undefined, never an error. */
export type Reader = {
  ask: Guestfish['ask'];
  /** The lines of a text file, cleaned. */
  read(path: string): Promise<string[] | undefined>;
  /** The names in a folder. */
  list(path: string): Promise<string[]>;
  /** The files that match the patterns (glob(7)), at most twenty. */
  expand(...patterns: string[]): Promise<string[]>;
  /** Whether one of the paths or patterns is there. */
  exists(...patterns: string[]): Promise<boolean>;
  /** Those of the files in which a line matches. */
  holding(paths: readonly string[], matches: (line: string) => boolean): Promise<string[]>;
};

export const readerOf = ({ ask }: Guestfish): Reader => {
  const read: Reader['read'] = async (path) => (await ask('cat', path))?.map(clean);
  const expand: Reader['expand'] = async (...patterns) => {
    const found: string[] = [];
    for (const pattern of patterns) found.push(...((await ask('glob-expand', pattern)) ?? []));
    return found.slice(0, most);
  };
  return {
    ask,
    read,
    expand,
    list: async (path) => (await ask('ls', path)) ?? [],
    exists: async (...patterns) => {
      for (const pattern of patterns) {
        if (pattern.includes('*')) {
          if ((await expand(pattern)).length > 0) return true;
        } else if ((await ask('exists', pattern))?.[0] === 'true') return true;
      }
      return false;
    },
    holding: async (paths, matches) => {
      const found: string[] = [];
      for (const path of paths) if (((await read(path)) ?? []).some(matches)) found.push(clean(path));
      return found;
    },
  };
};

/** A line that says something: neither empty nor a comment. */
export const active = (line: string): boolean => line !== '' && !line.startsWith('#');

/** guestfish prints tables as "key: value". */
export const pairs = (lines: string[] | undefined): [string, string][] =>
  (lines ?? []).flatMap((line) => {
    const at = line.indexOf(': ');
    return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 2)] as [string, string]];
  });
