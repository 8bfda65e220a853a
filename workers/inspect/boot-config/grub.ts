import { TooMuch } from '../../../shared/checks/guest/unseen.ts';
import { expand, type LoaderEntry, longestText, readKeyword, type Variables } from './entry.ts';

type Menu = { id: string; title: string; entry?: LoaderEntry; children?: Menu[] };
type Block = {
  kind: 'menuentry' | 'submenu' | 'if' | 'other';
  runs: boolean;
  menu?: Menu;
  taken?: boolean | undefined;
};

export type GrubConfig = { entries: LoaderEntry[]; chosen: LoaderEntry | undefined };

/** Words of one line, quotes left as they are; `;` and braces are words of their own. */
const pattern = /(?:\$\{\w{0,64}\}|'[^']{0,4096}'|"(?:[^"\\]|\\.){0,4096}"|\\.|[^\s'"\\;{}])+|[;{}]/g;

function unquoteWord(word: string, variables: Variables): string {
  return joinPieces(
    [...word.matchAll(/'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^'"\\]+)/g)].map(([, single, double, escaped, plain]) => {
      if (single !== undefined) return single;
      if (double !== undefined) return expand(double, variables).replaceAll(/\\(["\\$])/g, '$1');
      return escaped ?? expand(plain ?? '', variables);
    }),
  );
}

function joinPieces(pieces: readonly string[]): string {
  let text = '';
  for (const piece of pieces) {
    text += piece.slice(0, longestText - text.length);
    if (text.length >= longestText) break;
  }
  return text;
}

function sentence(words: readonly string[]): string {
  return joinPieces(words.flatMap((word) => [word, ' '])).trimEnd();
}

/** Far beyond what `grub-mkconfig` writes; hostile texts make much of little. */
const most = { lines: 20_000, entries: 1000, variables: 500, initrds: 16, depth: 100, text: 8 * 1024 ** 2 } as const;

/** Evaluates `[ ... ]` as far as possible without the machine; undefined: both branches are used. */
function holds(words: readonly string[]): boolean | undefined {
  const test = words[0] === '[' ? words.slice(1, words.lastIndexOf(']')) : undefined;
  if (!test) return undefined;
  if (test[0] === '!') {
    const inner = holds(['[', ...test.slice(1), ']']);
    return inner === undefined ? undefined : !inner;
  }
  if (test.length === 1) return test[0] !== '';
  if (test.length === 2 && test[0] === '-z') return test[1] === '';
  if (test.length === 2 && test[0] === '-n') return test[1] !== '';
  if (test.length === 3 && (test[1] === '=' || test[1] === '==')) return test[0] === test[2];
  if (test.length === 3 && test[1] === '!=') return test[0] !== test[2];
  return undefined;
}

/**
 * Reads grub.cfg as `grub-mkconfig` and people write it: entries, submenus, variables and simple conditions; no loops, no functions. `snippets` has the entries
 * that `blscfg` adds to the menu. `environment` is grubenv's. GRUB manual, 6 and 16.
 * @throws TooMuch
 */
export function parseGrubConfig(
  lines: readonly string[],
  environment: Variables,
  snippets: (variables: Variables) => readonly LoaderEntry[],
): GrubConfig {
  // Variables that a new GRUB sets before it reads the file.
  const variables = new Map([['menuentry_id_option', '--id'], ['feature_menuentry_id', 'y'], ...environment]);
  const root: Menu = { id: '', title: '', children: [] };
  const blocks: Block[] = [];
  const entries: LoaderEntry[] = [];
  /** The entry that starts without any menu. */
  let direct: LoaderEntry | undefined;
  let booted = false;

  let text = 0;
  const fillIn = (word: string): string => {
    const value = unquoteWord(word, variables);
    text += value.length;
    if (text > most.text) throw new TooMuch('text of grub.cfg');
    return value;
  };
  const begin = (block: Block): void => {
    if (blocks.push(block) > most.depth) throw new TooMuch('blocks in blocks of grub.cfg');
  };

  const menuAround = (): Menu => blocks.findLast(({ menu }) => menu?.children)?.menu ?? root;
  const start = (kernel: string, commandLine: string): void => {
    const { menu } = blocks.findLast(({ kind }) => kind === 'menuentry') ?? {};
    const entry = { id: menu?.id ?? '', title: menu?.title ?? '', kernel, initrds: [], commandLine };
    if (menu) menu.entry = entry;
    else direct = entry;
    if (entries.push(entry) > most.entries) throw new TooMuch('entries of grub.cfg');
  };

  const structure = (command: string, raw: readonly string[]): boolean => {
    const runs = blocks.every((block) => block.runs);
    const around = blocks.at(-1);
    switch (command) {
      case 'if':
      case 'elif': {
        const before = command === 'elif' && around?.kind === 'if' ? around : undefined;
        if (before) blocks.pop();
        const told = before?.taken === true ? false : holds(raw.slice(1).map(fillIn));
        begin({ kind: 'if', runs: told !== false, taken: before?.taken === true ? true : told });
        return true;
      }
      case 'fi':
        if (around?.kind === 'if') blocks.pop();
        return true;
      case 'menuentry':
      case 'submenu': {
        const words = raw.slice(1).map(fillIn);
        const at = words.indexOf('--id');
        const menu: Menu = { id: at < 0 ? '' : (words[at + 1] ?? ''), title: words[0] ?? '' };
        if (command === 'submenu') menu.children = [];
        if (runs) menuAround().children?.push(menu);
        begin({ kind: command, runs: true, menu });
        return true;
      }
      case 'function':
        begin({ kind: 'other', runs: false });
        return true;
      default:
        return false;
    }
  };

  const execute = (raw: readonly string[]): void => {
    const [command = '', ...words] = raw.map(fillIn);
    const assignment = /^(\w+)=(.*)$/s.exec(command === 'set' ? (words[0] ?? '') : command);
    if (assignment) {
      const [, name = '', value = ''] = assignment;
      if (name !== 'menuentry_id_option' && (variables.has(name) || variables.size < most.variables)) {
        variables.set(name.slice(0, 64), value);
      }
    } else if (/^linux(?:16|efi)?$/.test(command)) start(words[0] ?? '', sentence(words.slice(1)));
    else if (/^initrd(?:16|efi)?$/.test(command)) {
      const entry = entries.at(-1);
      if (entry) entry.initrds = [...entry.initrds, ...words].slice(0, most.initrds);
    } else if (command === 'boot' && !blocks.some(({ kind }) => kind === 'menuentry')) booted = true;
    else if (command === 'blscfg') {
      for (const entry of snippets(variables)) {
        if (entries.push(entry) > most.entries) throw new TooMuch('entries of grub.cfg');
        menuAround().children?.push({ id: entry.id, title: entry.title, entry });
      }
    }
  };

  const statement = (raw: readonly string[]): void => {
    const [command = '', ...rest] = raw;
    const around = blocks.at(-1);
    if (command === 'else' && around?.kind === 'if') around.runs = around.taken !== true;
    if (command === 'then' || command === 'else') statement(rest);
    else if (command !== '' && !structure(command, raw) && blocks.every(({ runs }) => runs)) execute(raw);
  };

  if (lines.length > most.lines) throw new TooMuch('lines of grub.cfg');
  for (const line of lines) {
    if (line.trimStart().startsWith('#')) continue;
    let words: string[] = [];
    for (const [word] of line.slice(0, longestText).matchAll(pattern)) {
      if (word === ';' || word === '{' || word === '}') {
        statement(words);
        words = [];
        if (word === '}') while (blocks.length > 0 && blocks.pop()?.kind === 'if');
      } else words.push(word);
    }
    statement(words);
  }

  const wanted = variables.get('default') || '0';
  return { entries, chosen: booted && direct ? direct : (choose(root, wanted.split('>')) ?? direct) };
}

/** By id, title or number, `>` between the levels; the first where nothing fits, as GRUB does it. */
function choose(menu: Menu, [wanted = '0', ...deeper]: readonly string[]): LoaderEntry | undefined {
  const children = menu.children ?? [];
  const found =
    children.find(({ id, title }) => id === wanted || title === wanted) ??
    (/^\d{1,4}$/.test(wanted) ? children[Number(wanted)] : undefined) ??
    children[0];
  if (!found) return undefined;
  return found.children ? choose(found, deeper) : found.entry;
}

/** GRUB 0.97's menu.lst and grub.conf. */
export function parseGrubLegacy(lines: readonly string[]): GrubConfig {
  const entries: LoaderEntry[] = [];
  let wanted = 0;
  for (const line of lines) {
    const [command, assigned] = readKeyword(line, /[\s=]/);
    const rest = assigned.replace(/^=\s*/, '');
    const entry = entries.at(-1);
    if (command === 'default') wanted = Number.parseInt(rest, 10) || 0;
    else if (command === 'title') entries.push({ id: '', title: rest, kernel: '', initrds: [], commandLine: '' });
    else if (command === 'kernel' && entry) {
      const [kernel = '', ...words] = rest.split(/\s+/).filter((word) => !word.startsWith('--'));
      Object.assign(entry, { kernel: withoutDevice(kernel), commandLine: words.join(' ') });
    } else if (command === 'initrd' && entry) entry.initrds = [withoutDevice(rest.trim())];
  }
  return { entries, chosen: entries[wanted] };
}

function withoutDevice(path: string): string {
  return path.replace(/^\([^)]*\)/, '');
}
