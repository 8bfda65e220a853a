import { matchesGlob, posix } from 'node:path';
import type { AskGuestfish } from '../../workers/tools/guestfish-complaints.ts';

export type Question = { command: string; args: readonly string[] };

/** glob(3) with GLOB_BRACE: every way in which the braces can be read. */
function alternatives(pattern: string): string[] {
  const open = pattern.indexOf('{');
  if (open < 0) return [pattern];
  let depth = 0;
  const commas: number[] = [];
  for (let at = open; at < pattern.length; at++) {
    if (pattern[at] === '{') depth++;
    if (pattern[at] === ',' && depth === 1) commas.push(at);
    if (pattern[at] !== '}' || --depth > 0) continue;
    const ends = [open, ...commas, at];
    return ends
      .slice(1)
      .flatMap((end, index) =>
        alternatives(pattern.slice(0, open) + pattern.slice((ends[index] ?? 0) + 1, end) + pattern.slice(at + 1)),
      );
  }
  return [pattern];
}

/** Answers as the appliance does that has a Linux of these files before it; what is given for a question itself goes before. */
export function makeGuest(
  files: Readonly<Record<string, string | Buffer>>,
  questions: Question[] = [],
  given: Readonly<Record<string, string | Buffer>> = {},
): AskGuestfish {
  const lines = (...each: string[]): string => each.map((line) => `${line}\n`).join('');
  const failed = 'libguestfs: error: x: No such file or directory\n';
  const readBytes = (path: string): Buffer | undefined => {
    const content = files[path];
    return content === undefined ? undefined : Buffer.from(content as string);
  };
  const answers: Record<string, (...args: string[]) => string | Buffer> = {
    'part-get-parttype': () => 'gpt\n',
    'list-partitions': () => '/dev/sda1\n',
    blkid: () => lines('TYPE: ext4', 'PART_ENTRY_NUMBER: 1', 'PART_ENTRY_OFFSET: 2048', 'PART_ENTRY_SIZE: 4096'),
    'inspect-os': () => '/dev/sda1\n',
    'inspect-get-type': () => 'linux\n',
    'inspect-get-distro': () => 'debian\n',
    'inspect-get-arch': () => 'x86_64\n',
    'inspect-get-mountpoints': () => '/: /dev/sda1\n',
    'mount-ro': () => '',
    'umount-all': () => '',
    'pread-device': (_device, length) => Buffer.alloc(Number(length)),
    pread: (path, length, at = '0') => readBytes(path)?.subarray(Number(at), Number(at) + Number(length)) ?? failed,
    statns: (path) => {
      const bytes = readBytes(path);
      return bytes ? lines('st_mode: 33188', `st_size: ${bytes.length}`) : failed;
    },
    cat: (path) => readBytes(path) ?? failed,
    realpath: (path) => (path in files ? lines(path) : failed),
    exists: (path) => lines(String(path in files)),
    'is-file': (path) => lines(String(path in files)),
    filesize: (path) => lines(String(readBytes(path)?.length ?? 0)),
    ls: (folder) => {
      const under = Object.keys(files).filter((path) => path.startsWith(`${folder}/`));
      const names = under.map((path) => path.slice(folder.length + 1).split('/')[0] ?? '');
      return lines(...new Set(names));
    },
    'glob-expand': (pattern) => {
      const all = new Set(Object.keys(files).flatMap((path) => [path, posix.dirname(path)]));
      const wanted = alternatives(pattern);
      return lines(...[...all].filter((path) => wanted.some((each) => matchesGlob(path, each))).sort());
    },
  };
  return async (command, args) => {
    questions.push({ command, args });
    const answer = given[`${command} ${args.join(' ')}`] ?? given[command] ?? answers[command]?.(...args) ?? failed;
    return Buffer.from(answer as string);
  };
}
