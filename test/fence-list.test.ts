import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mutate, mutations } from './mutation/fence-list.ts';

const root = join(import.meta.dirname, '..');

test('what test:fences removes is still in the code, and so are the tests that must notice', () => {
  for (const mutation of mutations) {
    const sound = readFileSync(join(root, mutation.file), 'utf8');
    expect(mutate(mutation, sound)).not.toBe(sound);
    expect(mutation.tests.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  }
});
