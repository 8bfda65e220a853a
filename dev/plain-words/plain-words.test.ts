import { expect, test } from 'vitest';
import { patterns } from './patterns.ts';
import { findings, findingsIn } from './plain-words.ts';

function wordsIn(file: string, source: string): string[] {
  return findingsIn(file, source).map(({ words }) => words);
}

test.each([
  ['Write it anew.', 'anew'],
  ['What is left empty follows the installation.', 'What'],
  ['Saved. Of an upload only the name is kept.', 'Of a'],
  ['Whoever may write may read.', 'Whoever'],
  ['Was halb dort ist, wird weggeräumt.', 'Was halb dort ist, wird'],
  ['It is tried again, for it may be gone.', 'for it may'],
])('"%s" is not plain', (text, words) => {
  expect(wordsIn('a.ts', `const a = '${text}';`)).toContain(words);
});

test.each([
  'Try it again.',
  'What went wrong?',
  'The whole of it is 10 MB.',
  'Of course.',
  'War das Image schon da?',
  'A fence, for example.',
])('"%s" is plain', (text) => {
  expect(wordsIn('a.ts', `const a = '${text}';`)).toEqual([]);
});

test('reads strings, templates, texts between tags and comments, and no code', () => {
  const source = [
    "import { anew } from './anew.ts';",
    '// Begins',
    '// anew.',
    'const a = [`mend $' + '{`shall $' + '{b}`}`, /anew/, a.mend, "to anew", "anew"];',
    'const c = <p>But for this</p>; /* alike */',
  ].join('\n');
  expect(findingsIn('a.tsx', source).map(({ line, kind, words }) => `${line} ${kind} ${words}`)).toEqual([
    '3 comment anew',
    '4 text mend',
    '4 text shall',
    '4 text anew',
    '5 text But for',
    '5 comment alike',
  ]);
});

test('finds a phrase across lines of a comment, at the line where it begins', () => {
  expect(findingsIn('a.ts', '/**\n * It is looked\n * into.\n */').map(({ line, words }) => [line, words])).toEqual([
    [2, 'looked into'],
  ]);
});

test('reads Markdown without its code, addresses and comments', () => {
  const source =
    '# A\n\n- Of a kind\n\n`anew` [b](anew.md) <!-- anew -->\n\n```\nanew\n```\n| What it does | What it is, is it. |\n';
  expect(findingsIn('a.md', source).map(({ line, words }) => [line, words])).toEqual([
    [3, 'Of a'],
    [10, 'What'],
  ]);
});

test('a line keeps a wording only with a reason, and only if it has one', () => {
  expect(wordsIn('a.ts', "// plain-words: the term of RFC 2119\nconst a = 'it shall';")).toEqual([]);
  expect(wordsIn('a.ts', "const a = 'it shall'; // plain-words: the term of RFC 2119")).toEqual([]);
  expect(wordsIn('a.ts', "// plain-words:\nconst a = 'it shall';")).toEqual(['plain-words:', 'shall']);
  expect(wordsIn('a.ts', "// plain-words: once it was needed\nconst a = 'it must';")).toEqual(['plain-words:']);
  expect(wordsIn('a.md', '<!-- plain-words: a quotation -->\nIt shall be.')).toEqual([]);
});

test('each wording says what to write instead', () => {
  for (const { find, instead } of patterns) expect([find.source, instead]).not.toContain('');
});

test('the texts of the rooms that are held to it are plain', async () => {
  expect(await findings(false)).toEqual([]);
});
