import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { secretVariables } from '../shared/secrets/secrets.ts';
import { withSecretFiles } from './environment.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'environment-'));
  writeFileSync(join(dir, 'secret'), 'from the file\n');
});
afterAll(() => rmSync(dir, { recursive: true }));

test('a variable may be kept in a file; itself wins', () => {
  const file = join(dir, 'secret');
  expect(withSecretFiles({ S3_SECRET_KEY_FILE: file }).S3_SECRET_KEY).toBe('from the file');
  expect(withSecretFiles({ S3_SECRET_KEY_FILE: file, S3_SECRET_KEY: 'itself' }).S3_SECRET_KEY).toBe('itself');
});

test('a file that cannot be read', () => {
  expect(() => withSecretFiles({ S3_SECRET_KEY_FILE: join(dir, 'none') })).toThrow(/S3_SECRET_KEY_FILE/);
});

test('variables of others that end alike are not touched', () => {
  const env = { SSL_CERT_FILE: join(dir, 'none'), TF_CLI_CONFIG_FILE: join(dir, 'secret') };
  expect(withSecretFiles(env)).toEqual(env);
});

test.each(secretVariables)('%s may come from a file', (name) => {
  expect(withSecretFiles({ [`${name}_FILE`]: join(dir, 'secret') })[name]).toBe('from the file');
});
