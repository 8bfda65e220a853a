import { parseAst } from 'rolldown/parseAst';

/** A piece of prose. It is as long as its source, so `at` plus an index into `text` is a place in the file. */
export type Prose = { readonly kind: 'text' | 'comment'; readonly at: number; readonly text: string };

type Node = { type?: string; start: number; end: number; value?: unknown; expressions?: Node[] };
type Range = { start: number; end: number };

function blank(text: string): string {
  return 'x'.repeat(text.length);
}

/** Strings, templates and texts between tags; the ranges are what a comment cannot start in. */
function literalsIn(source: string, lang: 'ts' | 'tsx'): { texts: Prose[]; ranges: Range[] } {
  const texts: Prose[] = [];
  const ranges: Range[] = [];
  const add = (start: number, end: number): void => {
    texts.push({ kind: 'text', at: start, text: source.slice(start, end) });
  };
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) {
      for (const each of node) visit(each);
      return;
    }
    if (typeof node !== 'object' || node === null) return;
    const { type, start, end, value, expressions = [] } = node as Node;
    if (type === 'ImportDeclaration') return;
    if (type === 'Literal' || type === 'JSXText' || type === 'TemplateElement') ranges.push({ start, end });
    // One word is a name, a key or a code.
    if (type === 'Literal' && typeof value === 'string' && /\s/u.test(value)) add(start + 1, end - 1);
    if (type === 'JSXText') add(start, end);
    if (type === 'TemplateLiteral') {
      let text = source.slice(start + 1, end - 1);
      for (const inner of expressions) {
        const from = inner.start - start - 1;
        text = text.slice(0, from) + blank(text.slice(from, inner.end - start - 1)) + text.slice(inner.end - start - 1);
      }
      texts.push({ kind: 'text', at: start + 1, text });
    }
    for (const each of Object.values(node)) visit(each);
  };
  visit(parseAst(source, { lang }));
  return { texts, ranges };
}

/** Comments; lines of `//` below each other are one. Their marks are blanked, an empty line stays a paragraph. */
function commentsIn(source: string, ranges: readonly Range[]): Prose[] {
  const literal = new Uint8Array(source.length);
  for (const { start, end } of ranges) literal.fill(1, start, end);
  const found: Prose[] = [];
  const comment = /\/\*[\s\S]*?\*\/|\/\/[^\n]*(?:\n[ \t]*\/\/[^\n]*)*/gu;
  for (let match = comment.exec(source); match; match = comment.exec(source)) {
    const at = match.index;
    if (literal[at]) {
      comment.lastIndex = at + 1;
      continue;
    }
    const text = match[0]
      .replace(/^\/\*\*?|\*\/$|\n[ \t]*(?:\*(?!\/)|\/\/)|^\/\//gu, (mark) => ' '.repeat(mark.length))
      .replace(/`[^`]*`/gu, blank);
    const indent = /^\s*/u.exec(text)?.[0].length ?? 0;
    found.push({ kind: 'comment', at: at + indent, text: text.slice(indent) });
  }
  return found;
}

export function proseOfCode(source: string, lang: 'ts' | 'tsx'): Prose[] {
  const { texts, ranges } = literalsIn(source, lang);
  return [...texts, ...commentsIn(source, ranges)];
}

/** Code, addresses and comments of a Markdown file are no prose. */
export function proseOfMarkdown(source: string): Prose[] {
  const keepLines = (text: string): string => text.replace(/[^\n]/gu, 'x');
  const text = source
    .replace(/^(?:```|~~~)[\s\S]*?^(?:```|~~~)/gmu, keepLines)
    .replace(/<!--[\s\S]*?-->/gu, keepLines)
    .replace(/(`+)[^`]+?\1/gu, keepLines)
    .replace(/(?<=\]\()[^)]*/gu, keepLines);
  return [{ kind: 'text', at: 0, text }];
}
