import { expect, test } from 'vitest';
import { makeSecretKeys, newSecretsKey, SecretsKey } from './secret-keys.ts';

const [first, second] = [newSecretsKey(), newSecretsKey()] as const;

test('several keys stand in one variable or file, in any of the usual ways', () => {
  for (const between of ['\n', ' ', ',', ', ', '\r\n']) {
    expect(SecretsKey.parse(`${first}${between}${second}\n`)).toEqual([first, second]);
  }
});

test.each([
  ['a word', 'secret'],
  ['a short one', first.slice(1)],
  ['none', ' ,'],
  ['a good one and a bad one', `${first} x`],
  ['one twice', `${first} ${first.toUpperCase()}`],
])('%s is refused, and is not repeated in the message', (_what, text) => {
  const { error } = SecretsKey.safeParse(text);
  expect(error?.issues[0]?.message).toMatch(/openssl rand -hex 32|twice/);
  expect(error?.message).not.toContain(first);
});

test('without one it says what to do', () => {
  expect(() => makeSecretKeys(undefined)).toThrow(
    expect.objectContaining({
      code: 'invalid-input',
      message: expect.stringContaining('SECRETS_KEY'),
      remedy: expect.stringContaining('openssl rand -hex 32'),
    }),
  );
});

test('the newest encrypts, all open', () => {
  const before = makeSecretKeys([first]).encrypt('whsec_x', 'row 1');
  expect(before).not.toContain('whsec');
  const both = makeSecretKeys([second, first]);
  expect(both.decrypt(before, 'row 1')).toBe('whsec_x');
  const after = both.encrypt('whsec_x', 'row 1');
  expect(after.startsWith(both.prefixes[0])).toBe(true);
  expect(before.startsWith(both.prefixes[0])).toBe(false);
  expect(makeSecretKeys([second]).decrypt(after, 'row 1')).toBe('whsec_x');
});

test('what lies in clear is given as it is', () => {
  expect(makeSecretKeys([first]).decrypt('whsec_x', 'row 1')).toBe('whsec_x');
});

test('a key that is missing is named, and so is a row that was changed; neither shows a secret', () => {
  const encrypted = makeSecretKeys([first]).encrypt('whsec_x', 'row 1');
  expect(() => makeSecretKeys([second]).decrypt(encrypted, 'row 1')).toThrow(
    expect.objectContaining({
      retryable: true,
      message: expect.stringContaining(encrypted.split(':')[2] ?? '?'),
      remedy: expect.stringContaining('Add that key to SECRETS_KEY'),
    }),
  );
  const changed = expect.objectContaining({ retryable: false, message: expect.stringContaining('was changed') });
  expect(() => makeSecretKeys([first]).decrypt(encrypted, 'row 2')).toThrow(changed);
  expect(() => makeSecretKeys([first]).decrypt(`${encrypted}A`, 'row 1')).toThrow(changed);
});

test('the id of a key tells nothing of it, and the keys for other purposes are others', () => {
  const keys = makeSecretKeys([first]);
  expect(first).not.toContain(keys.prefixes[0].split(':')[2]);
  expect(keys.derive('token')[0]).not.toEqual(keys.derive('seal')[0]);
  expect(makeSecretKeys([second, first]).derive('token')[1]).toEqual(keys.derive('token')[0]);
});
