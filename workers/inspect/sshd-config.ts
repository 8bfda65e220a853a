import { TooMuch } from '../../shared/checks/guest/unseen.ts';

/** So many lines of all files together; sound ones have some hundred. */
const mostLines = 100_000;

/** At most forty includes are followed: they may name each other. Keyword in lower case to its first value, Match blocks left out. `include` gives the lines of the files that a pattern names. sshd_config(5) */
export async function readSshdConfig(
  lines: readonly string[],
  include: (pattern: string) => Promise<readonly string[]>,
): Promise<Map<string, string>> {
  const values = new Map<string, string>();
  let includes = 40;
  let left = mostLines;
  const take = async (some: readonly string[], depth: number): Promise<void> => {
    for (const line of some) {
      if (left-- <= 0) throw new TooMuch('lines of sshd_config');
      const text = line.trim();
      const end = text.search(/[^a-z]/i);
      if (end < 1) continue;
      const name = text.slice(0, end).toLowerCase();
      const rest = text
        .slice(end)
        .replace(/^\s*=?/, '')
        .trim();
      if (name === 'match') return;
      if (name === 'include') {
        for (const pattern of depth < 3 ? rest.split(/\s+/, Math.max(0, includes)) : [])
          if (includes-- > 0) await take(await include(pattern), depth + 1);
      } else if (!values.has(name)) values.set(name, rest.replace(/^"(.*)"$/, '$1').toLowerCase());
    }
  };
  await take(lines, 0);
  return values;
}
