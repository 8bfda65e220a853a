import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiKeyStore } from '../../adapters/database/project-store.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import { type Installation, startInstallation } from '../support/installation.ts';

/** H4 of the security review, against an API process that runs by itself: 131,584 bytes once kept /livez from answering for 46 seconds. */

const KiB = 1024;
let installation: Installation;
let key: string;
beforeAll(async () => {
  installation = await startInstallation({ roles: [] });
  const made = newApiKey();
  key = made.key;
  const { hash, hint } = made;
  await createApiKeyStore(installation.db).create({ projectId: 'demo', name: 'member', hash, hint, role: 'member' });
});
afterAll(() => installation?.close());

function call(method: string, path: string, type: string, body: string | Uint8Array<ArrayBuffer>): Promise<Response> {
  return fetch(installation.apiUrl + path, { method, headers: { 'x-auth-token': key, 'content-type': type }, body });
}

/** A sparse VMDK as QEMU's own, whose descriptor of 256 sectors begins with this text. */
function vmdk(descriptor: Buffer): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(131_584);
  const header = Buffer.from(bytes.buffer);
  header.write('KDMV');
  header.writeUInt32LE(1, 4);
  header.writeUInt32LE(3, 8);
  header.writeBigUInt64LE(2048n, 12);
  header.writeBigUInt64LE(128n, 20);
  header.writeBigUInt64LE(1n, 28);
  header.writeBigUInt64LE(256n, 36);
  header.writeUInt32LE(512, 44);
  header.writeBigUInt64LE(257n, 56);
  header.writeBigUInt64LE(257n, 64);
  header.write('\n \r\n', 73, 'latin1');
  bytes.set(descriptor, 512);
  return bytes;
}

const head = Buffer.from('# Disk DescriptorFile\nversion=1\n');
const tail = Buffer.from('createType="monolithicSparse"\nRW 2048 SPARSE "x"\n');
const proofs: Record<string, Buffer> = {
  '96 KiB of newlines before all else': Buffer.alloc(96 * KiB, '\n'),
  '96 KiB of newlines in the middle': Buffer.concat([head, Buffer.alloc(96 * KiB, '\n'), tail]),
  '96 KiB of spaces and newlines': Buffer.concat([head, Buffer.alloc(96 * KiB, ' \n'), tail]),
};

test.each(Object.entries(proofs))('PUT /v2/images/{id}/file of a VMDK with %s', async (_name, descriptor) => {
  const body = JSON.stringify({ name: 'x', disk_format: 'vmdk', container_format: 'bare' });
  const image = (await (await call('POST', '/image/v2/images', 'application/json', body)).json()) as { id: string };

  // Asked all the time, as a load balancer would that asks often; each answer is timed.
  const waits: number[] = [];
  let asking = true;
  const livez = (async () => {
    while (asking) {
      const begun = performance.now();
      expect((await fetch(`${installation.apiUrl}/livez`)).status).toBe(200);
      waits.push(performance.now() - begun);
    }
  })();
  const begun = performance.now();
  const answer = await call('PUT', `/image/v2/images/${image.id}/file`, 'application/octet-stream', vmdk(descriptor));
  const seconds = (performance.now() - begun) / 1000;
  asking = false;
  await livez;

  expect(answer.status).toBe(415);
  expect(await answer.text()).toMatch(/vmdk|VMDK/);
  expect(seconds).toBeLessThan(30);
  expect(waits.length).toBeGreaterThan(5);
  expect(Math.max(...waits)).toBeLessThan(1000);
  process.stdout.write(
    `${Math.round(Math.max(...waits))} ms at most of ${waits.length} /livez, ${seconds.toFixed(1)} s\n`,
  );
});
