import { Unseen, type Why } from '../../shared/checks/guest/unseen.ts';

/** A folder below which nothing can be read: its filesystem could not be mounted. */
export type Hidden = { path: string; why: Why };

/** Every way in which the braces of a pattern can be read. Patterns are ours: short, and three braces deep at most. */
export function alternatives(pattern: string): string[] {
  const open = pattern.indexOf('{');
  if (open < 0) return [pattern];
  const ends = [open];
  let depth = 0;
  let at = open;
  for (; at < pattern.length; at++) {
    if (pattern[at] === '{') depth++;
    else if (pattern[at] === ',' && depth === 1) ends.push(at);
    else if (pattern[at] === '}' && --depth === 0) break;
  }
  const choices = [...ends, at].slice(1).map((end, index) => pattern.slice((ends[index] ?? 0) + 1, end));
  const rest = alternatives(pattern.slice(at + 1));
  return choices.flatMap((choice) =>
    alternatives(choice).flatMap((inner) => rest.map((tail) => pattern.slice(0, open) + inner + tail)),
  );
}

function splitPath(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}

function mayFit(pattern: string, name: string): boolean {
  return /[*?[]/.test(pattern) || pattern === name;
}

/** /lib and the like are links into /usr, or were before there were such. */
const inUsr = /^\/(?:bin|sbin|lib(?:32|64|x32|exec)?)(?=\/|$)/;

/** Why a path, or the paths of a pattern (glob(7), with braces), may be in a place that nobody can read; undefined if they are not. */
export function findWhyHidden(hidden: readonly Hidden[], pattern: string): Why | undefined {
  if (hidden.length === 0) return undefined;
  const ways = alternatives(pattern).flatMap((way) => [way, ...(inUsr.test(way) ? [`/usr${way}`] : [])]);
  const places = ways.map(splitPath);
  return hidden.find(({ path }) => {
    const folder = splitPath(path);
    return places.some(
      (parts) => parts.length >= folder.length && folder.every((name, at) => mayFit(parts[at] ?? '', name)),
    );
  })?.why;
}

/** @throws Unseen */
export function notHidden(hidden: readonly Hidden[], pattern: string): void {
  const why = findWhyHidden(hidden, pattern);
  if (why) throw new Unseen(why);
}
