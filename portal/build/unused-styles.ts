import { readFileSync } from 'node:fs';
import postcss, { type Root } from 'postcss';
import parseSelectors, { type Node, type Selector } from 'postcss-selector-parser';
import type { Plugin, Rolldown } from 'vite';

/**
 * Leaves out of the styles what no page can show. PatternFly's components bring all that they could ever look like: three quarters of it is for modifiers,
 * screen widths and themes that the portal never asks for.
 *
 * A class stays if the code of the bundle has a name for it. PatternFly's own names are in tables (`{ modifiers: { noPadding: 'pf-m-no-padding' } }`),
 * and its components look them up by props, so the keys count there and not the values. The names that were left out are written beside the pages, and every
 * test of the portal fails that meets one of them on a page.
 */
export function unusedStyles(): Plugin {
  return {
    name: 'unused-styles',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const outputs = Object.values(bundle);
        const chunks = outputs.filter((each) => each.type === 'chunk');
        const sheets = outputs
          .filter((each) => each.type === 'asset')
          .filter(({ fileName }) => fileName.endsWith('.css'));
        const names = namesInCode(chunks);
        const before = sheets.map(({ source }) => String(source));
        const roots = before.map((css) => postcss.parse(css));
        const isUsed = (name: string): boolean => names.has(name) || composed.test(name);
        for (const root of roots) removeUnusedRules(root, isUsed);
        removeUnusedProperties(roots, chunks.map(({ code }) => code).join('\n'));
        for (const [index, sheet] of sheets.entries()) sheet.source = roots[index]?.toString() ?? '';
        const left = [...new Set(before.flatMap(classesIn))].filter((name) => !isUsed(name)).sort();
        this.emitFile({ type: 'asset', fileName: '.left-out-classes.json', source: JSON.stringify(left) });
      },
    },
  };
}

const inPatternFly = /@patternfly\/react-(core|table)\/dist\/esm\/(components|layouts)\//;
const classTable = /@patternfly\/react-styles\//;
/** Names that a component puts together from the width of the window. */
const composed = /^pf-m-(height-)?breakpoint-/;
/** The components put these before a word of a prop. Keys with a number (`width_25`, `6ColOnMd`) always stay. */
const prefixes = ['display', 'sticky', 'resize'];
const breakpoints = { Sm: 'sm', Md: 'md', Lg: 'lg', Xl: 'xl', '2xl': '2xl' } as const;

/** Every word in the code of the bundle, and the classes of PatternFly that such a word leads to. */
function namesInCode(chunks: readonly Rolldown.OutputChunk[]): Set<string> {
  const modules = chunks.flatMap((chunk) => Object.entries(chunk.modules));
  const code = modules.filter(([id]) => !classTable.test(id)).map(([id, { code }]) => [id, code ?? ''] as const);
  const words = new Set(code.flatMap(([, text]) => text.match(/[\w-]+/g) ?? []));
  // `{ default: 'inline', md: 'stack' }` or `md={6}`
  const ours = code
    .filter(([id]) => inPatternFly.test(id) || !id.includes('node_modules'))
    .map(([, text]) => text)
    .join('\n');
  const widths = new Set(
    Object.values(breakpoints).filter((width) => new RegExp(`["'\`]?\\b${width}\\b["'\`]?:`).test(ours)),
  );
  const isSaid = (key: string): boolean =>
    /\d/.test(key) || words.has(key) || words.has(toKebab(key)) || prefixes.some((each) => isSaidAfter(each, key));
  const isSaidAfter = (prefix: string, key: string): boolean =>
    key.startsWith(prefix) && words.has(toKebab(key.slice(prefix.length)).slice(1));
  const isUsed = (key: string): boolean => {
    if (words.has(key)) return true;
    const [, base = '', width] = /^(.*?)On_?(Sm|Md|Lg|Xl|2xl)(?:Height)?$/.exec(key) ?? [];
    return width ? isSaid(base) && widths.has(breakpoints[width as keyof typeof breakpoints]) : isSaid(key);
  };
  const names = new Set(words);
  for (const [id] of modules.filter(([each]) => classTable.test(each))) {
    for (const [, key = '', name = ''] of readFileSync(id, 'utf8').matchAll(/"(\w+)": "([\w-]+)"/g)) {
      if (isUsed(key)) names.add(name);
    }
  }
  return names;
}

function toKebab(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function classesIn(css: string): string[] {
  return [...css.matchAll(/\.(-?[a-zA-Z_][\w-]*)/g)].map(([, name = '']) => name);
}

/** Removes selectors that need a class which no element ever has. A class in `:not()` may be missing. */
function removeUnusedRules(root: Root, isUsed: (name: string) => boolean): void {
  const canMatch = (selector: Selector): boolean => selector.nodes.every(canBe);
  const canBe = (node: Node): boolean => {
    if (node.type === 'class') return isUsed(node.value);
    const isChoice = node.type === 'pseudo' && [':is', ':where', ':has'].includes(node.value) && node.nodes.length > 0;
    return isChoice ? node.nodes.some(canMatch) : true;
  };
  const prune = parseSelectors((selectors) => {
    for (const selector of [...selectors.nodes]) if (!canMatch(selector)) selector.remove();
  });
  root.walkRules((rule) => {
    if (!rule.selector.includes('.')) return;
    const selector = prune.processSync(rule.selector);
    if (selector.trim() === '') rule.remove();
    else rule.selector = selector;
  });
}

/** Custom properties that no value and no script mentions; removing one may leave another unmentioned. */
function removeUnusedProperties(roots: readonly Root[], code: string): void {
  const named = new Set(code.match(/--pf-[\w-]+/g));
  for (let removed = 1; removed > 0; ) {
    removed = 0;
    const used = new Set(named);
    for (const root of roots) {
      root.walkDecls(({ value }) => {
        for (const [, name = ''] of value.matchAll(/var\(\s*(--[\w-]+)/g)) used.add(name);
      });
    }
    for (const root of roots) {
      root.walkDecls(/^--/, (declaration) => {
        if (used.has(declaration.prop)) return;
        declaration.remove();
        removed++;
      });
      root.walkRules((rule) => {
        if (rule.nodes.length === 0) rule.remove();
      });
      root.walkAtRules((rule) => {
        if (rule.nodes?.length === 0) rule.remove();
      });
    }
  }
}
