import { expect, test } from 'vitest';
import { isKey } from './is-key.ts';

test("only a table's own names are its names", () => {
  const table = { red: 1 };
  expect(['red', 'blue', 'constructor', '__proto__', '', null].filter((text) => isKey(table, text))).toEqual(['red']);
});
