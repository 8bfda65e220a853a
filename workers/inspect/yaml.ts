import { parse } from 'yaml';
import { TooMuch } from '../../shared/checks/guest/unseen.ts';

/** Far beyond what cloud-init and netplan are given. */
const most = { depth: 40, aliases: 100, lines: 20_000 } as const;

/**
 * Parses a YAML file of the guest; undefined if it is not YAML. Checks its depth first, in one pass over the text, because the parser's time grows with the
 * third power of the depth (yaml 2.9: 512 "{" take over 20 s).
 * @throws TooMuch
 */
export function readYaml(text: string): unknown {
  const lines = text.split('\n', most.lines + 1);
  if (lines.length > most.lines) throw new TooMuch('lines of YAML');
  if (measureDepth(lines) > most.depth) throw new TooMuch('depth of YAML');
  if ((text.match(/[\s,[{:-][*&]\w/g)?.length ?? 0) > most.aliases) throw new TooMuch('aliases of YAML');
  try {
    // Repeated keys are the guest's problem; searching for them takes time that grows with the square of their number.
    return parse(text, { maxAliasCount: 20, logLevel: 'silent', uniqueKeys: false, prettyErrors: false });
  } catch {
    return undefined;
  }
}

/**
 * How deep collections are nested: for brackets, by how many are open at once; for indentation and the signs "- ", "? " and ": " at the beginning of lines, by
 * the lines above. Brackets in texts count as well, so the result may be too high, but never too low.
 */
function measureDepth(lines: readonly string[]): number {
  const columns: number[] = [];
  let open = 0;
  let deepest = 0;
  for (const line of lines) {
    let at = 0;
    let signs = 0;
    for (; at < line.length; at++) {
      const sign = line[at] ?? '';
      const isSign = (sign === '-' || sign === '?' || sign === ':') && (line[at + 1] ?? ' ') === ' ';
      if (isSign) signs++;
      else if (sign !== ' ' && sign !== '\t') break;
    }
    if ((at === line.length && signs === 0) || line[at] === '#') continue;
    const column = line.length - line.trimStart().length;
    while (columns.length > 0 && (columns.at(-1) ?? 0) >= column) columns.pop();
    columns.push(column);
    for (const sign of line) {
      if (sign === '[' || sign === '{') open++;
      else if ((sign === ']' || sign === '}') && open > 0) open--;
      deepest = Math.max(deepest, open);
    }
    deepest = Math.max(deepest, columns.length + signs);
  }
  return deepest;
}
