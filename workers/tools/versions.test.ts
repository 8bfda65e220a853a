import { expect, test } from 'vitest';
import { findMissingPrograms, readFirstLine, trySandbox } from './versions.ts';

const { signal } = new AbortController();

test('the sandbox can be made here', async () => {
  await expect(trySandbox(signal)).resolves.toBeUndefined();
});

test('names the programs that are not installed, and no others', async () => {
  expect(await findMissingPrograms(['gzip', 'no-such-program', 'qemu-img', 'nor-this; echo it'], signal)).toEqual([
    'no-such-program',
    'nor-this; echo it',
  ]);
});

test('asks a program for its version', async () => {
  expect(await readFirstLine('qemu-img', ['--version'], signal)).toMatch(/^qemu-img version \d/);
  expect(await readFirstLine('no-such-program', ['--version'], signal)).toBeUndefined();
});
