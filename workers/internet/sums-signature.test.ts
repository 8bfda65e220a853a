import { createCleartextMessage, createMessage, enums, generateKey, type PrivateKey, revokeKey, sign } from 'openpgp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openForeignDoor } from '../../adapters/foreign/door.ts';
import { checksumFrom } from './sums-foreign.ts';

/** Keys and signatures are made here; the checksums are asked for as the worker does it, through the door. */

const url = 'https://mirror.example/debian-12.qcow2';
const hex = 'a'.repeat(64);
const sums = `${hex}  debian-12.qcow2\n${'b'.repeat(64)}  other.qcow2\n`;
const day = 86_400;
function daysAgo(days: number): Date {
  return new Date(Date.now() - days * day * 1000);
}

type Keys = { privateKey: PrivateKey; keys: string };
async function newKey(options: Partial<Parameters<typeof generateKey>[0]> = {}): Promise<Keys> {
  const userIDs = [{ name: 'Images' }];
  const { privateKey } = await generateKey({ type: 'ecc', userIDs, ...options, format: 'object' });
  return { privateKey, keys: privateKey.toPublic().armor() };
}

const door = openForeignDoor();
let ours: Keys;
let another: Keys;
beforeAll(async () => {
  [ours, another] = await Promise.all([newKey(), newKey()]);
});
afterAll(() => door.close());

async function within({ privateKey }: Keys, text = sums, more: object = {}): Promise<string> {
  return sign({ message: await createCleartextMessage({ text }), signingKeys: privateKey, ...more });
}
async function beside(signers: Keys[], text = sums, more: object = {}): Promise<string> {
  return String(
    await sign({
      message: await createMessage({ binary: Buffer.from(text) }),
      detached: true,
      signingKeys: signers.map(({ privateKey }) => privateKey),
      format: 'armored',
      ...more,
    } as never),
  );
}

function found(text: string, keys: string, signature?: string | Uint8Array) {
  return checksumFrom(door, {
    sums: Buffer.from(text),
    url,
    signed: { keys, signature: typeof signature === 'string' ? Buffer.from(signature) : signature },
  });
}
async function ask(...asked: Parameters<typeof found>): Promise<string> {
  return (await found(...asked)).checksum;
}

describe('checksums are believed', () => {
  test('signed within', async () => {
    expect(await ask(await within(ours), ours.keys)).toBe(`sha256:${hex}`);
  });

  test('signed beside, armoured and binary', async () => {
    expect(await ask(sums, ours.keys, await beside([ours]))).toBe(`sha256:${hex}`);
    const message = await createMessage({ binary: Buffer.from(sums) });
    const binary = await sign({ message, signingKeys: ours.privateKey, detached: true, format: 'binary' });
    expect(await ask(sums, ours.keys, binary)).toBe(`sha256:${hex}`);
  });

  test('signed by one of several keys, beside signatures of others', async () => {
    const both = `${another.keys}\n${ours.keys}`;
    expect(await ask(await within(ours), both)).toBe(`sha256:${hex}`);
    expect(await ask(sums, ours.keys, await beside([another, ours]))).toBe(`sha256:${hex}`);
  });

  test('without a key, as before', async () => {
    const checksum = `sha256:${hex}`;
    expect(await checksumFrom(door, { sums: Buffer.from(sums), url })).toEqual({ checksum });
    expect(await checksumFrom(door, { sums: Buffer.from(await within(another)), url })).toEqual({ checksum });
  });

  test('with the time of the newest good signature', async () => {
    const both = `${another.keys}\n${ours.keys}`;
    const old = new Date('2026-01-02T03:04:05Z');
    const { privateKey } = await newKey({ date: new Date('2026-01-01T00:00:00Z') });
    const keys = privateKey.toPublic().armor();
    expect((await found(await within({ privateKey, keys }, sums, { date: old }), keys)).signedAt).toBe(old.getTime());
    const { signedAt = 0 } = await found(sums, both, await beside([another, ours]));
    expect(Math.abs(Date.now() - signedAt)).toBeLessThan(60_000);
  });
});

describe('checksums are refused', () => {
  const refused = (asked: Promise<string>, words: RegExp) =>
    expect(asked).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringMatching(words) });

  test('that are not signed, or whose signature is none', async () => {
    await refused(ask(sums, ours.keys), /is not signed/);
    await refused(ask(sums, ours.keys, 'no signature'), /is not signed/);
    await refused(ask(sums, ours.keys, ''), /is not signed/);
    await refused(ask(sums, ours.keys, await within(ours)), /is not signed/);
  });

  test('that were changed', async () => {
    const changed = sums.replace('a', 'c');
    await refused(ask(changed, ours.keys, await beside([ours])), /does not match/);
    await refused(ask((await within(ours)).replace('aaaa', 'cccc'), ours.keys), /does not match/);
  });

  test('that stand around what was signed', async () => {
    const signed = await within(ours, 'nothing of use\n');
    await refused(ask(`${sums}\n${signed}`, ours.keys), /is not signed|does not list/);
    await refused(ask(`${signed}\n${sums}`, ours.keys), /is not signed|does not list/);
  });

  test('that another key has signed', async () => {
    await refused(ask(await within(another), ours.keys), /a different key/);
    await refused(ask(sums, ours.keys, await beside([another])), /a different key/);
  });

  test('whose key has expired, even when it had not when it signed', async () => {
    const key = await newKey({ date: daysAgo(10), keyExpirationTime: 5 * day });
    await refused(ask(await within(key, sums, { date: daysAgo(8) }), key.keys), /has expired, or was revoked/);
  });

  test('whose key was revoked', async () => {
    const key = await newKey();
    const signed = await within(key);
    const { publicKey } = await revokeKey({ key: key.privateKey, format: 'armored' });
    expect(await ask(signed, key.keys)).toBe(`sha256:${hex}`);
    await refused(ask(signed, publicKey), /has expired, or was revoked/);
  });

  test('that are signed with SHA-1, or with a short key', async () => {
    const sha1 = {
      preferredHashAlgorithm: enums.hash.sha1,
      nonDeterministicSignaturesViaNotation: false,
      rejectHashAlgorithms: new Set(),
      rejectMessageHashAlgorithms: new Set(),
      minRSABits: 1024,
    };
    const old = await newKey({ type: 'rsa', rsaBits: 2048, config: sha1 } as never);
    const signed = await within(old, sums, { config: sha1 });
    expect(signed).toContain('Hash: SHA1');
    await refused(ask(signed, old.keys), /outdated, unsafe signature/);
    const short = await newKey({ type: 'rsa', rsaBits: 1024, config: { minRSABits: 1024 } } as never);
    await refused(
      ask(await within(short, sums, { config: { minRSABits: 1024 } }), short.keys),
      /outdated, unsafe signature/,
    );
  });

  test('when the keys cannot be read', async () => {
    const broken = ours.keys.replace(/\n\n[\s\S]{20}/, '\n\nAAAA');
    await refused(ask(await within(ours), broken), /cannot be read/);
  });
});
