import { expect, test } from 'vitest';
import { firstLineOf, missingPrograms, trySandbox } from './versions.ts';

const { signal } = new AbortController();

test('the sandbox can be made here', async () => {
  await expect(trySandbox(signal)).resolves.toBeUndefined();
});

test('names the programs that are not installed, and no others', async () => {
  expect(await missingPrograms(['gzip', 'no-such-program', 'qemu-img', 'nor-this; echo it'], signal)).toEqual([
    'no-such-program',
    'nor-this; echo it',
  ]);
});

test('asks a program for its version', async () => {
  expect(await firstLineOf('qemu-img', ['--version'], signal)).toMatch(/^qemu-img version \d/);
  expect(await firstLineOf('no-such-program', ['--version'], signal)).toBeUndefined();
});
