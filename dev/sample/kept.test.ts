import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildOnce } from './kept.ts';

let cacheDir: string;
beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'kept-'));
});
afterEach(() => rm(cacheDir, { recursive: true, force: true }));

function kept(build: (work: string) => Promise<void>): Promise<string> {
  return buildOnce({ cacheDir, name: 'thing', recipe: [import.meta.filename] }, build);
}

test('two that build it at once get what the first to end has built; nothing half-built stays', async () => {
  const bothBuild = Promise.withResolvers<void>();
  const firstIsThere = Promise.withResolvers<void>();
  const first = kept(async (work) => {
    await bothBuild.promise;
    await writeFile(join(work, 'image'), 'first');
  });
  const second = kept(async (work) => {
    bothBuild.resolve();
    await writeFile(join(work, 'image'), 'second');
    await firstIsThere.promise;
  });
  const home = await first;
  firstIsThere.resolve();
  expect(await second).toBe(home);
  expect(await readFile(join(home, 'image'), 'utf8')).toBe('first');
  expect((await readdir(cacheDir)).map((name) => join(cacheDir, name))).toEqual([home]);
});

test('what is there is not built again', async () => {
  const home = await kept((work) => writeFile(join(work, 'image'), 'first'));
  expect(await kept(() => Promise.reject(new Error('built again')))).toBe(home);
});

test('what fails to build is cleared away, and the next one builds it', async () => {
  const failed = kept(async (work) => {
    await writeFile(join(work, 'half'), '');
    throw Object.assign(new Error('mkfs failed'), { stderr: 'No space left on device\n' });
  });
  await expect(failed).rejects.toMatchObject({
    ...{ code: 'unavailable', message: '"thing" could not be built: No space left on device.' },
  });
  expect(await readdir(cacheDir)).toEqual([]);
  expect(await readdir(await kept((work) => writeFile(join(work, 'image'), '')))).toEqual(['image']);
});

test('what nobody has used for a month goes when something is built, and what is used stays', async () => {
  const old = new Date(Date.now() - 31 * 24 * 3600 * 1000);
  const age = async (name: string): Promise<void> => utimes(join(cacheDir, name), old, old);
  for (const name of [
    'thing-0123456789ab',
    'thing-partial-AbC123',
    'thing-of-others-0123456789ab',
    'other-0123456789ab',
  ]) {
    await mkdir(join(cacheDir, name));
    await age(name);
  }
  await mkdir(join(cacheDir, 'thing-ffffffffffff'));
  const home = await kept((work) => writeFile(join(work, 'image'), ''));
  const stays = ['other-0123456789ab', 'thing-ffffffffffff', 'thing-of-others-0123456789ab'];
  expect((await readdir(cacheDir)).sort()).toEqual([...stays, basename(home)].sort());
  await age(basename(home));
  await kept(() => Promise.reject(new Error('built again')));
  expect(Date.now() - (await stat(home)).mtimeMs).toBeLessThan(60_000);
});
