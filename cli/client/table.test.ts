import { expect, test } from 'vitest';
import { render, withStyle } from '../terminal.ts';
import { table } from './table.ts';

function shown(...args: Parameters<typeof table>): string[] {
  return table(...args).map((line) => render(line, false));
}

test('columns line up by what is shown, the last one is not padded', () => {
  expect(
    shown(
      ['NAME', 'ID'],
      [
        ['a\u001b[1mb', '1'],
        [withStyle('good', 'Größe'), '22'],
      ],
    ),
  ).toEqual(['NAME   ID', 'a[1mb  1', 'Größe  22']);
});

test('long cells are cut, but not those of the last column', () => {
  expect(shown(['A', 'B'], [['abcdefgh', 'abcdefgh']], 5)).toEqual(['A      B', 'abcd…  abcdefgh']);
});
