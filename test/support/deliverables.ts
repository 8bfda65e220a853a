import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { openTargets } from '../../adapters/targets/open.ts';
import { Targets } from '../../shared/operation/targets.ts';
import type { Deliverable, Target } from '../../shared/ports/targets.ts';

const MiB = 1024 ** 2;

/** As a worker reads it from its environment. */
export function openTarget(config: object): Target {
  return openTargets(Targets.parse(JSON.stringify({ there: config }))).get('there') as Target;
}

/** Two parts of bytes, a hole, and an end that is no whole chunk. */
export const bytes = Buffer.concat([randomBytes(17 * MiB), Buffer.alloc(8 * MiB), randomBytes(12_345)]);
export function hash(name: string, of: Buffer = bytes): string {
  return createHash(name).update(of).digest('hex');
}

export const documents = [{ name: 'report.json', contentType: 'application/json', body: Buffer.from('{"a":1}\n') }];
export function someImage(more: Partial<Deliverable> = {}): Deliverable {
  return {
    imageId: randomUUID(),
    projectId: 'demo',
    name: 'Debian 12 äöü',
    format: 'raw',
    virtualSize: bytes.length,
    digests: { sha256: hash('sha256'), sha512: hash('sha512'), md5: hash('md5') },
    properties: { os_distro: 'debian', hw_disk_bus: 'virtio', os_glance_bootready_run: '1' },
    documents,
    source: { size: bytes.length, read: async (offset, length) => bytes.subarray(offset, offset + length) },
    ...more,
  };
}

export function deliver(to: Target, image: Deliverable, signal = new AbortController().signal) {
  const told: number[] = [];
  return to
    .deliver(image, { signal, progress: (percent) => told.push(percent) })
    .then((result) => ({ ...result, told }));
}
