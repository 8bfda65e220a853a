import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../../cli/operate/environment.ts';
import { newState, Ports } from '../stack/state.ts';
import { describeAddresses, describePortal, writeClientFiles } from './addresses.ts';

const ports = Ports.parse({ api: 8480, s3: 7070, temporal: 7233, temporalUi: 8233, postgres: 5480, redis: 6380 });
const state = { ...newState(ports), keys: { member: "brk_mem'ber", admin: 'brk_admin' } };
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'addresses-'));
  await writeClientFiles(folder, state);
});
afterAll(() => rmSync(folder, { recursive: true }));

function sourced(name: string, variable: string): string {
  return execFileSync('sh', ['-c', `. "$1" && printf %s "$${variable}"`, 'sh', join(folder, name)], {
    encoding: 'utf8',
  });
}

test('keys are shown on a terminal only; elsewhere their files are named', () => {
  expect(describePortal(folder, state, true)).toMatch(/http:\/\/127\.0\.0\.1:8480\n.*brk_mem'ber\n.*brk_admin$/);
  for (const text of [describePortal(folder, state, false), describeAddresses(folder, state, false)])
    expect(text).not.toMatch(/brk_|[0-9a-f]{48}/);
});

test('files for aws and openstack are read by a shell as they are, by their owner only', () => {
  expect(sourced('aws.env', 'AWS_SECRET_ACCESS_KEY')).toBe(state.s3.secretKey);
  expect(sourced('aws.env', 'AWS_ENDPOINT_URL_S3')).toBe('http://127.0.0.1:7070');
  expect(sourced('openstack.env', 'OS_PASSWORD')).toBe("brk_mem'ber");
  for (const name of ['aws.env', 'openstack.env', 'client.json', 'operator.json'])
    expect([name, statSync(join(folder, name)).mode & 0o777]).toEqual([name, 0o600]);
});

test("operators' commands find the stack by the client's file, unless they have an environment of their own", () => {
  const before = { ...process.env };
  try {
    process.env.BOOTREADY_CONFIG = join(folder, 'client.json');
    delete process.env.DATABASE_URL;
    expect(readConfig().S3_SECRET_KEY).toBe(
      JSON.parse(readFileSync(join(folder, 'operator.json'), 'utf8')).S3_SECRET_KEY,
    );
    process.env.DATABASE_URL = 'postgres://x@127.0.0.1/x';
    expect(() => readConfig()).toThrow('The environment is not complete');
  } finally {
    process.env = before;
  }
});
