import { execFile } from 'node:child_process';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ObjectStore } from '../../../shared/ports/object-store.ts';
import { type Contender, measured, timed } from './contender.ts';
import { presignedParts } from './presigned-parts.ts';
import { putFile } from './put-file.ts';

const run = promisify(execFile);

/**
 * What nobody can do without: the upload comes by curl, qemu-img makes a raw disk of it, and that goes back in four streams, zeros and all. Nothing is looked
 * at, hashed or compared.
 */
export function floor(store: ObjectStore, dir: string): Contender {
  return {
    name: 'floor',
    measure: async ({ bucket, key, form }) => {
      const from = join(dir, 'floor-upload');
      const plain = form.unpack ? join(dir, 'floor-plain') : from;
      const to = join(dir, 'floor-disk');
      const target = { bucket, key: `${key}-floor` };
      const url = await store.presignGet(bucket, key, 3600);
      try {
        return await measured(process.pid, async () => ({
          download: await timed(() => run('curl', ['-sfo', from, url])),
          convert: await timed(async () => {
            if (form.unpack) await run('sh', ['-c', `${form.unpack} < "$1" > "$2"`, 'sh', from, plain]);
            await run('qemu-img', ['convert', '-f', form.driver, '-O', 'raw', '-t', 'unsafe', '-W', plain, to]);
          }),
          upload: await timed(() => send(store, target, to)),
        }));
      } finally {
        await store.remove(target.bucket, target.key);
        for (const path of [from, plain, to]) await rm(path, { force: true });
      }
    },
  };
}

async function send(store: ObjectStore, target: { bucket: string; key: string }, path: string): Promise<void> {
  const { size } = await stat(path);
  const upload = { ...target, uploadId: await store.createMultipart(target.bucket, target.key) };
  const parts = await presignedParts(store, upload, size);
  const done: { partNumber: number; etag: string; size: number }[] = [];
  const lane = async (): Promise<void> => {
    for (let part = parts.shift(); part; part = parts.shift()) {
      const { partNumber, offset, length, url } = part;
      const { headers } = await putFile(url, { path, offset, length }, { status: 200 });
      done.push({ partNumber, size: length, etag: String(headers.etag).replaceAll('"', '') });
    }
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
  await store.completeMultipart(
    upload,
    done.sort((a, b) => a.partNumber - b.partNumber),
  );
}
