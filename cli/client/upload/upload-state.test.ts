import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { obstacle, type UploadState, uploadStateFile } from './upload-state.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'upload-state-'));
});
afterAll(() => rm(dir, { recursive: true }));

const url = 'http://127.0.0.1:8480';
const state: UploadState = {
  schema: 'bootready.upload/v1',
  url,
  path: '/a/disk',
  imageId: '7a3e3b58-3c0f-4f1b-9a55-0f2a6c9f1d10',
  name: 'debian',
  settings: { policy: 'warn' },
  size: 10,
  mtimeNs: '1700000000123456789',
  inode: '18446744073709551615',
  phase: 'sending',
};
const identity = { size: state.size, mtimeNs: state.mtimeNs, inode: state.inode };

test('the written state is read again, by this user only', async () => {
  const file = uploadStateFile(dir, { url, path: '/a/disk' });
  expect(await file.read()).toBeUndefined();
  await file.write(state);
  expect(await file.read()).toEqual(state);
  expect((await stat(file.place)).mode & 0o777).toBe(0o600);
  expect((await stat(dirname(file.place))).mode & 0o777).toBe(0o700);
  expect(await readdir(dirname(file.place))).toHaveLength(1);
  await file.forget();
  await file.forget();
  expect(await file.read()).toBeUndefined();
});

test('another file and another installation have states of their own', async () => {
  const places = [
    { url, path: '/a/disk' },
    { url, path: '/a/disk2' },
    { url: 'http://127.0.0.1:8481', path: '/a/disk' },
  ].map((of) => uploadStateFile(dir, of).place);
  expect(new Set(places).size).toBe(3);
});

test('a damaged state is no state', async () => {
  const file = uploadStateFile(dir, { url, path: '/a/damaged' });
  await file.write({ ...state, path: '/a/damaged' });
  await writeFile(file.place, '{"schema":"bootready.upload/v1","imageId":');
  expect(await file.read()).toBeUndefined();
});

test('the same file with the same settings is continued, whatever it is to be called', () => {
  expect(obstacle(state, { identity, settings: { policy: 'warn' } })).toBeUndefined();
});

test.each([
  ['size', { ...identity, size: 11 }],
  ['time of change, by a nanosecond', { ...identity, mtimeNs: '1700000000123456790' }],
  ['inode, by one in 64 bits', { ...identity, inode: '18446744073709551614' }],
])('another %s is another file', (_what, other) => {
  expect(obstacle(state, { identity: other, settings: { policy: 'warn' } })).toBe('file-changed');
});

test.each([{}, { policy: 'enforce' } as const, { policy: 'warn', allowIso: true } as const])(
  'other settings %j are not those of the upload that was begun',
  (settings) => {
    expect(obstacle(state, { identity, settings })).toBe('other-settings');
  },
);
