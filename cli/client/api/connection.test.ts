import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findStateDir, readApiUrl, readConnection, toClientFile, toLanguage } from './connection.ts';

let dir: string;
let file: string;
const url = 'https://images.example.com/bootready';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'connection-'));
  file = join(dir, 'client.json');
  await writeFile(file, JSON.stringify({ url: `${url}/`, apiKey: 'brk_file' }));
  await writeFile(join(dir, 'key'), 'brk_from-file\n');
  await writeFile(join(dir, 'empty'), '\n');
  await writeFile(join(dir, 'damaged.json'), '{"url":');
});
afterAll(() => rm(dir, { recursive: true }));

test('the environment goes before the file', async () => {
  const env = { BOOTREADY_CONFIG: file, BOOTREADY_URL: 'http://localhost:8480/', BOOTREADY_API_KEY: 'brk_env' };
  expect(await readConnection(env)).toEqual({ url: 'http://localhost:8480', apiKey: 'brk_env' });
  const keyFile = { ...env, BOOTREADY_API_KEY: '', BOOTREADY_API_KEY_FILE: join(dir, 'key') };
  expect(await readConnection(keyFile)).toEqual({ url: 'http://localhost:8480', apiKey: 'brk_from-file' });
});

test('the file alone is enough, also by its place in XDG_CONFIG_HOME', async () => {
  expect(await readConnection({ BOOTREADY_CONFIG: file })).toEqual({ url, apiKey: 'brk_file' });
  expect(toClientFile({ XDG_CONFIG_HOME: '/cfg' })).toBe('/cfg/bootready/client.json');
  expect(toClientFile({ XDG_CONFIG_HOME: 'relative' })).toBe(join(homedir(), '.config/bootready/client.json'));
  expect(findStateDir({ XDG_STATE_HOME: '/state' })).toBe('/state/bootready');
});

test('the key of the file is sent to no other address than that of the file', async () => {
  await expect(
    readConnection({ BOOTREADY_CONFIG: file, BOOTREADY_URL: 'https://evil.example.com' }),
  ).rejects.toMatchObject({ code: 'unauthenticated' });
  expect(await readConnection({ BOOTREADY_CONFIG: file, BOOTREADY_URL: `${url}/` })).toEqual({
    url,
    apiKey: 'brk_file',
  });
});

test('a project is chosen for a token, and never for a key', async () => {
  const env = { BOOTREADY_URL: url, BOOTREADY_PROJECT: 'other' };
  expect(await readConnection({ ...env, BOOTREADY_API_KEY: 'a.b.c' })).toEqual({
    url,
    apiKey: 'a.b.c',
    project: 'other',
  });
  for (const key of [{ BOOTREADY_API_KEY: 'brk_env' }, { BOOTREADY_CONFIG: file }]) {
    await expect(readConnection({ ...env, ...key })).rejects.toMatchObject({ code: 'invalid-input' });
  }
});

test.each([
  ['nothing is set', {}, /No installation is set/],
  ['the key file is missing', { BOOTREADY_URL: url, BOOTREADY_API_KEY_FILE: '/nowhere' }, /cannot be read/],
])('%s: a sentence and a remedy', async (_what, env, message) => {
  const error = { code: 'invalid-input', message: expect.stringMatching(message), remedy: expect.any(String) };
  await expect(readConnection({ BOOTREADY_CONFIG: join(dir, 'none'), ...env })).rejects.toMatchObject(error);
});

test('an empty key file and a damaged file of settings are named', async () => {
  await expect(readConnection({ BOOTREADY_URL: url, BOOTREADY_API_KEY_FILE: join(dir, 'empty') })).rejects.toThrow(
    /BOOTREADY_API_KEY_FILE names is empty/,
  );
  await expect(readConnection({ BOOTREADY_CONFIG: join(dir, 'damaged.json') })).rejects.toThrow(
    /damaged\.json is not a valid settings file/,
  );
});

test.each(['localhost:8480', 'ftp://x', 'http://user:pw@x', 'https://x/?a=b', 'x'])('%s is no address', (text) => {
  expect(() => readApiUrl(text)).toThrow(/is not the address/);
});

test('findings are asked for in the language of the reader', () => {
  expect(toLanguage({ LANG: 'de_DE.UTF-8' })).toBe('de');
  expect(toLanguage({ LANG: 'de_DE.UTF-8', LC_ALL: 'C' })).toBe('en');
  expect(toLanguage({ LANG: 'de_DE.UTF-8', LC_MESSAGES: 'en_US.UTF-8' })).toBe('en');
  expect(toLanguage({})).toBe('en');
});
