/** Ways to make much work of few bytes, whatever the language. `words` are some that the parser knows. */
function repeated(text: string, size: number): Buffer {
  return Buffer.alloc(size, text);
}

/** The middle of it, so that both ends are at the longest possible distance. */
function nested(open: string, inside: string, close: string, size: number): Buffer {
  const depth = Math.floor((size - inside.length) / (open.length + close.length));
  return Buffer.from(open.repeat(depth) + inside + close.repeat(depth));
}

function numbered(line: (index: number) => string, size: number): Buffer {
  const all: string[] = [];
  for (let index = 0, length = 0; length < size; index++) {
    const each = line(index);
    length += each.length;
    all.push(each);
  }
  return Buffer.from(all.join('')).subarray(0, size);
}

function indented(size: number): Buffer {
  const all: string[] = [];
  for (let depth = 0, length = 0; length < size; depth++) {
    const line = `${' '.repeat(depth)}a:\n`;
    length += line.length;
    all.push(line);
  }
  return Buffer.from(all.join(''));
}

export const bends = {
  'open braces': (size) => repeated('{', size),
  'nested braces': (size) => nested('{a: ', 'b', '}', size),
  'open brackets': (size) => repeated('[', size),
  'nested brackets': (size) => nested('[', '1', ']', size),
  'lists in lists': (size) => repeated('- ', size),
  'keys of keys': (size) => repeated('? ', size),
  'blocks in blocks': (size) => repeated('submenu a {\n', size),
  'deep indentation': indented,
  'doubling variables': (size) => numbered((index) => `set v${index + 1}="\${v${index}}\${v${index}}"\n`, size),
  'doubling anchors': (size) => numbered((index) => `a${index + 1}: &a${index + 1} [*a${index}, *a${index}]\n`, size),
  'one long line': (size) => repeated('a', size),
  'words it knows in one line': (size, words) => repeated(words.replaceAll('\n', ' '), size),
  'words it knows in lines': (size, words) => repeated(words, size),
  'words it knows, never ended': (size, words) =>
    Buffer.concat([Buffer.from(words), repeated('x ', size)]).subarray(0, size),
  'carriage returns': (size) => repeated('\r', size),
  'blank lines': (size) => repeated('\n', size),
  spaces: (size) => repeated(' ', size),
  'spaces and a word': (size) => Buffer.concat([repeated(' ', size - 1), Buffer.from('x')]),
  'tabs and lines': (size) => repeated('\t\n', size),
  quotes: (size) => repeated('"', size),
  'quotes and escapes': (size) => repeated('\\"\'', size),
  'equal signs': (size) => repeated('=', size),
  'huge numbers': (size) => repeated('9', size),
  'many keys': (size) => numbered((index) => `k${index}: v=${index}\n`, size),
  'comments and slashes': (size) => repeated('#/', size),
  NULs: (size) => repeated('\0', size),
  'odd UTF-8': (size) => Buffer.alloc(size, Buffer.from([0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80])),
  escapes: (size) => repeated('\x1b[0', size),
} as const satisfies Record<string, (size: number, words: string) => Buffer>;
export type Bend = keyof typeof bends;
