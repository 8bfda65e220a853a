import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Environment } from '../config.ts';
import { secretVariables } from './secrets.ts';

const names = Object.keys(Environment.shape);
/** These sound like secrets but are not: public keys, and numbers. */
const harmless = ['PROVENANCE_FORMER_KEYS', 'PROVENANCE_PUBLIC_KEY', 'RATE_PER_KEY'];

test('what sounds like a secret is in the table', () => {
  const sounding = names.filter((name) => /KEY|SECRET|PASSWORD|TOKEN|CREDENTIAL|HEADERS/.test(name));
  expect(sounding.filter((name) => !harmless.includes(name))).toEqual(
    sounding.filter((name) => (secretVariables as readonly string[]).includes(name)),
  );
});

test('the manual names each, and none besides', () => {
  const manual = readFileSync(join(import.meta.dirname, '../../docs/operate.md'), 'utf8');
  const line = manual.split('\n').find((each) => each.startsWith('The secrets are ')) ?? '';
  expect([...line.matchAll(/`([A-Z0-9_]+)`/g)].map(([, name]) => name).sort()).toEqual([...secretVariables].sort());
});
