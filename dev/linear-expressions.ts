import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAst } from 'rolldown/parseAst';
import { analyse } from 'scslre';

/**
 * Holds every regular expression of the product to linear time: `npm run lint`. Foreign text goes through most of them, and nobody can tell for long
 * which ones. scslre tells expressions that backtrack polynomially or exponentially, and those that are quadratic because each start of a long run is
 * tried again (`Move`).
 */
const root = join(import.meta.dirname, '..');
const folders = ['shared', 'workflows', 'workers', 'adapters', 'api', 'cli'];

type Place = { file: string; line: number };
export type Trouble = Place & { expression: string; what: string };

type Node = { type?: string; start?: number; regex?: { pattern: string; flags: string }; callee?: { name?: string } };

/** Every literal expression of a file, and every one that is made of a text. */
export function expressionsIn(source: string): {
  literals: { source: string; flags: string; at: number }[];
  made: number[];
} {
  const literals: { source: string; flags: string; at: number }[] = [];
  const made: number[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) {
      for (const each of node) visit(each);
      return;
    }
    if (typeof node !== 'object' || node === null) return;
    const { type, start = 0, regex, callee } = node as Node;
    if (regex) literals.push({ source: regex.pattern, flags: regex.flags, at: start });
    if ((type === 'NewExpression' || type === 'CallExpression') && callee?.name === 'RegExp') made.push(start);
    for (const each of Object.values(node)) visit(each);
  };
  visit(parseAst(source, { lang: 'ts' }));
  return { literals, made };
}

type Part = {
  type: string;
  kind?: string;
  negate?: boolean;
  max?: number;
  element?: Part;
  elements?: Part[];
  alternatives?: Part[];
};

function isWide({ type, kind, negate = false }: Part): boolean {
  return type === 'CharacterSet' ? kind === 'any' || negate : type === 'CharacterClass' && negate;
}

/** How many parts of the longest way through take nearly any character, as many as there are: `.*no.*active` tries each `no` with each end. */
function wideParts(part: Part): number {
  if (part.type === 'Quantifier') {
    const { element, max = 0 } = part;
    if (!element) return 0;
    if (!Number.isFinite(max) && isWide(element)) return 1;
    const inside = wideParts(element);
    return max > 1 ? inside * 2 : inside;
  }
  if (part.elements && part.type !== 'CharacterClass') return part.elements.map(wideParts).reduce((a, b) => a + b, 0);
  return Math.max(0, ...(part.alternatives ?? []).map(wideParts));
}

/** Undefined: it is linear. */
export function superLinear({ source, flags }: { source: string; flags: string }): string | undefined {
  // The library has no set notation.
  const { parsed, reports } = analyse(
    { source, flags: flags.replace('v', 'u') },
    { reportTypes: { Move: true, Self: true, Trade: true } },
  );
  if (wideParts(parsed.pattern as unknown as Part) > 1) return 'several parts that take any character';
  const [first] = reports;
  return first && `${first.exponential ? 'exponential' : 'polynomial'} : ${first.type}`;
}

/** A person checks each text that becomes an expression; the comment in front of it says why it is linear. */
const vouched = /\/\/ Linear: \S/;

export async function troubles(): Promise<Trouble[]> {
  const found: Trouble[] = [];
  for await (const file of glob(`{${folders.join(',')}}/**/*.ts`, { cwd: root })) {
    if (file.endsWith('.test.ts') || file.includes('node_modules')) continue;
    const text = readFileSync(join(root, file), 'utf8');
    if (!text.includes('/')) continue;
    const { literals, made } = expressionsIn(text);
    const countLines = (at: number): number => text.slice(0, at).split('\n').length;
    for (const literal of literals) {
      const what = superLinear(literal);
      if (what)
        found.push({ file, line: countLines(literal.at), expression: `/${literal.source}/${literal.flags}`, what });
    }
    for (const at of made) {
      const before = text.slice(0, at).split('\n').slice(-4).join('\n');
      if (!vouched.test(before))
        found.push({ file, line: countLines(at), expression: 'RegExp(...)', what: 'made of a text' });
    }
  }
  return found;
}

if (import.meta.main) {
  const found = await troubles();
  for (const { file, line, expression, what } of found) console.error(`${file}:${line}: ${what}: ${expression}`);
  if (found.length > 0) {
    console.error(
      `\n${found.length} regular expressions are not linear, or the check cannot tell. Use indexOf or split, or cap and anchor them.`,
    );
    process.exitCode = 1;
  }
}
