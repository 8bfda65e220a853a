import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checksPage, page } from './checks.ts';

test('docs/checks.md says what the catalogue says (npm run docs)', () => {
  expect(readFileSync(page, 'utf8')).toBe(checksPage());
});
