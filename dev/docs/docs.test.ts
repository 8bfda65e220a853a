import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checksPage, page } from './checks.ts';
import { schemaFiles } from './schemas.ts';

test('docs/checks.md says what the catalogue says (npm run docs)', () => {
  expect(readFileSync(page, 'utf8')).toBe(checksPage());
});

test.each(schemaFiles)('$path is the schema of the contract (npm run docs)', ({ path, text }) => {
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(JSON.parse(text));
});
