import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Report } from '../contracts/run.ts';
import { makeKeyId, openEnvelope, pae, signEnvelope } from './dsse.ts';
import { makePublicPem, newSigningKey, readPublicKeys, readSigningKey } from './keys.ts';
import { payloadType, toStatement } from './statement.ts';
import { verifyProvenance } from './verify.ts';

const key = readSigningKey(newSigningKey());
const keys = readPublicKeys(makePublicPem(key));
const sha256 = 'ab'.repeat(32);
const report: Report = {
  schema: 'bootready.report/v1',
  imageId: '0b8cbb7c-3fd8-4d1b-a9ad-0c6bd3f3ad0c',
  runId: 'c7a7ae0e-6d70-4a53-9ba7-12dcf2ff2c0e',
  upload: { bucket: 'uploads', key: 'demo/x', etag: 'e', size: 7, sha256: 'cd'.repeat(32) },
  verdict: 'publish-with-warnings',
  layers: [{ kind: 'disk' }],
  disk: { format: 'vmdk', variant: 'streamOptimized', virtualSize: 1024 },
  findings: [
    { code: 'format', step: 'admit', outcome: 'pass', params: {} },
    { code: 'ssh-server', step: 'inspect', outcome: 'warn', params: {} },
  ],
  tools: { 'qemu-img': '7.2.22' },
};
const statement = toStatement(report, {
  published: { name: 'x.raw', sha256, size: 9, format: 'raw' },
  policy: 'enforce',
  keyId: makeKeyId(key),
  finishedOn: new Date('2026-01-02T03:04:05Z'),
});
function signed(what: unknown = statement, type = payloadType): string {
  return JSON.stringify(signEnvelope(type, Buffer.from(JSON.stringify(what)), key));
}

test('the encoding that is signed is that of the specification', () => {
  // DSSE protocol.md, test vectors.
  expect(pae('http://example.com/HelloWorld', Buffer.from('hello world')).toString()).toBe(
    'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
  );
});

test('a signature of RFC 8032 is understood', () => {
  // Section 7.1, TEST 3, as PKCS#8.
  const seed = 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7';
  const pkcs8 = Buffer.from(`302e020100300506032b657004220420${seed}`, 'hex');
  const known = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(known).export({ type: 'spki', format: 'der' }).toString('hex');
  expect(spki.endsWith('fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025')).toBe(true);
});

test('what the installation signed is trusted, with what it says', () => {
  const verified = verifyProvenance(signed(), sha256, keys);
  expect(verified).toMatchObject({ trusted: true, keyId: makeKeyId(key) });
  expect(statement.predicate.buildDefinition.resolvedDependencies[0]?.digest).toEqual({ sha256: 'cd'.repeat(32) });
  expect(statement.predicate.runDetails.byproducts[0]?.annotations).toMatchObject({
    verdict: 'publish-with-warnings',
    passed: ['format'],
    warned: ['ssh-server'],
  });
});

test.each<[string, () => ReturnType<typeof verifyProvenance>, RegExp]>([
  ['another file', () => verifyProvenance(signed(), '00'.repeat(32), keys), /not the published one/],
  ['another key', () => verifyProvenance(signed(), sha256, [generateKeyPairSync('ed25519').publicKey]), /signature/],
  ['no envelope', () => verifyProvenance('{}', sha256, keys), /no signed envelope/],
  ['no JSON', () => verifyProvenance('<html>', sha256, keys), /no signed envelope/],
  [
    'another payload type',
    () => verifyProvenance(signed(statement, 'text/plain'), sha256, keys),
    /not the provenance of an image/,
  ],
  [
    'another statement',
    () => verifyProvenance(signed({ ...statement, predicateType: 'x' }), sha256, keys),
    /not the provenance of an image/,
  ],
  [
    'a changed payload',
    () => {
      const envelope = JSON.parse(signed());
      const payload = Buffer.from(envelope.payload, 'base64').toString().replace('enforce', 'enfzzze');
      return verifyProvenance(
        JSON.stringify({ ...envelope, payload: Buffer.from(payload).toString('base64') }),
        sha256,
        keys,
      );
    },
    /signature/,
  ],
  [
    'a changed type',
    () => verifyProvenance(JSON.stringify({ ...JSON.parse(signed()), payloadType: 'x' }), sha256, keys),
    /signature/,
  ],
])('%s is not trusted, and it is said why', (_what, verified, reason) => {
  expect(verified()).toMatchObject({
    trusted: false,
    message: expect.stringMatching(reason),
    remedy: expect.any(String),
  });
});

test('a key id that lies does not matter, and one of several keys is enough', () => {
  const envelope = { ...JSON.parse(signed()) };
  envelope.signatures[0].keyid = 'me';
  const others = [generateKeyPairSync('ed25519').publicKey, ...keys];
  expect(openEnvelope(envelope, others)?.payload.toString()).toBe(JSON.stringify(statement));
});

test('what is no Ed25519 key is refused', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  expect(() => readSigningKey(rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())).toThrow(/Ed25519/);
  expect(() => readPublicKeys(rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString())).toThrow(/Ed25519/);
  expect(() => readPublicKeys('hello')).toThrow(/Ed25519/);
});
