import { expect, test } from 'vitest';
import { expressionsIn, superLinear, troubles } from './linear-expressions.ts';

test.each([
  ['x.*no.*active', 'i', false],
  ['^\\s*createType', 'm', false],
  ['\\r*\\n', 'g', false],
  ['(a+)+b', '', false],
  ['\\s+$', '', false],
  ['^[a-z]+=', '', true],
  ['x.{0,60}no.{0,60}active', 'i', true],
])('/%s/%s is linear: %j', (source, flags, linear) => {
  expect(superLinear({ source, flags }) === undefined).toBe(linear);
});

test('finds expressions wherever they stand, and those that are made of a text', () => {
  const { literals, made } = expressionsIn(
    'const a = (b: string): RegExp => /x/g.test(b) ? new RegExp(b) : [/[/]/u][0]!;',
  );
  expect(literals.map(({ source, flags }) => `${source} ${flags}`)).toEqual(['x g', '[/] u']);
  expect(made).toHaveLength(1);
});

test('no expression of the product takes more than linear time', async () => {
  expect(await troubles()).toEqual([]);
});
