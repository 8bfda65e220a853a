import { expect, test } from 'vitest';
import { findSimilar } from './similar.ts';

const known = ['login', 'logout', 'upload', 'list', 'show', 'repair', 'provenance'];

test.each([
  ['uplaod', 'upload'],
  ['lsit', 'list'],
  ['prov', 'provenance'],
  ['repiar', 'repair'],
  ['bogus', undefined],
  ['x', undefined],
  ['', undefined],
])('"%s" was probably meant to be %s', (word, meant) => {
  expect(findSimilar(word, known)).toBe(meant);
});
