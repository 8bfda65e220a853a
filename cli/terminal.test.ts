import { expect, test } from 'vitest';
import { printable, render, renderJson, withStyle } from './terminal.ts';

test.each([
  ['an escape sequence', 'a\u001b[31;1mb', 'a[31;1mb'],
  ['the title of the window', '\u001b]0;owned\u0007x', ']0;ownedx'],
  ['C1 controls, which need no escape', 'a\u009b2Jb\u0090c', 'a2Jbc'],
  ['lines and tabs', 'one\r\ntwo\tthree\u2028four\u0085', 'one  two three four '],
  ['reversed writing', 'a\u202egpj.exe', 'agpj.exe'],
  ['backspaces', 'rm\b\b', 'rm'],
])('%s cannot reach the terminal', (_what, text, shown) => {
  expect(printable(text)).toBe(shown);
});

test('text of all languages stays as it is', () => {
  const text = 'Größe 日本語 العربية 👩‍💻 é';
  expect(printable(text)).toBe(text);
});

test('colours come from styles only, and only where they are wanted', () => {
  const line = ['state: ', withStyle('bad', 'kil\u001b[0mled\n')];
  expect(render(line, true)).toBe('state: \u001b[31mkil[0mled \u001b[0m');
  expect(render(line, false)).toBe('state: kil[0mled ');
});

test('JSON carries every value unchanged, and no control character as such', () => {
  const value = { name: 'a\u001b\u007f\u009b\u202e\u{e0041}\n"' };
  const text = renderJson(value);
  expect(text).toMatch(/^[\x20-\x7e]*$/);
  expect(JSON.parse(text)).toEqual(value);
});
