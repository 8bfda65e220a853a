import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { makeIndex, makeMetadata, makeProducts, StreamRecord, streamPaths } from '../../shared/images/simplestreams.ts';
import type { Deliverable } from '../../shared/ports/targets.ts';
import { computeSha256 } from '../../shared/store/sha256.ts';
import { tarEnd, tarHeader, tarPadding } from './tar.ts';
import { assertInside, readSmall, writeBytes, writeWhole } from './whole-file.ts';

/** A folder of images as a simplestreams server: a record beside each image, and the lists that are made of all records. */

const recordEnd = '.stream.json';
const metadataEnd = '.incus.tar.gz';
/** Ours have about one KiB. */
const mostOfRecord = 16 * 1024;

function packMetadata(text: string): Buffer {
  const body = Buffer.from(text);
  const header = tarHeader({ name: 'metadata.yaml', mode: 0o644, owner: 0, size: body.length });
  return gzipSync(Buffer.concat([header, body, tarPadding(body.length), tarEnd]));
}

async function readRecord(path: string): Promise<StreamRecord | undefined> {
  const text = await readSmall(path, mostOfRecord).catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return StreamRecord.safeParse(JSON.parse(text)).data;
  } catch {
    // Written by others, or half: only our own whole ones count.
    return undefined;
  }
}

async function* findRecords(root: string): AsyncGenerator<StreamRecord> {
  const names = (folder: string) => readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const project of await names(root)) {
    if (!project.isDirectory() || project.name === 'streams') continue;
    for (const image of await names(join(root, project.name))) {
      if (!image.isDirectory()) continue;
      for (const file of await names(join(root, project.name, image.name))) {
        if (!file.isFile() || !file.name.endsWith(recordEnd) || file.name.startsWith('.')) continue;
        const record = await readRecord(join(root, project.name, image.name, file.name));
        if (record) yield record;
      }
    }
  }
}

/**
 * Writes a list of what is there. Workers do this at the same time, without a lock: each reads once more after it has written, and writes
 * again if something changed. So the last writer has seen all.
 */
export async function writeUntilSettled(
  read: () => Promise<string>,
  write: (list: string) => Promise<void>,
): Promise<void> {
  for (let before: string | undefined; ; ) {
    const now = await read();
    if (now === before) return;
    before = now;
    await write(now);
  }
}

async function writeLists(root: string): Promise<void> {
  const folder = join(root, 'streams/v1');
  await mkdir(folder, { recursive: true });
  await assertInside(root, folder);
  const read = async (): Promise<string> => {
    const records: StreamRecord[] = [];
    for await (const record of findRecords(root)) records.push(record);
    return JSON.stringify({
      [basename(streamPaths.products)]: `${JSON.stringify(makeProducts(records), null, 1)}\n`,
      [basename(streamPaths.index)]: `${JSON.stringify(makeIndex(records), null, 1)}\n`,
    });
  };
  await writeUntilSettled(read, async (lists) => {
    for (const [file, text] of Object.entries(JSON.parse(lists) as Record<string, string>)) {
      await writeWhole(folder, file, writeBytes(Buffer.from(text)), { ownPartial: true });
    }
  });
}

/** Adds a delivered image, whose file is there and verified. Only qcow2 is listed: Incus and LXD take no other disk for machines. */
export async function listInStream(root: string, image: Deliverable, now: Date): Promise<void> {
  const { imageId, projectId, name, format, properties, digests, source } = image;
  if (format !== 'qcow2') return;
  const place = `${projectId}/${imageId}`;
  const folder = join(root, place);
  const recordFile = `${digests.sha256}${recordEnd}`;
  const known = await readRecord(join(folder, recordFile));
  const about = {
    name,
    listed: known?.listed ?? now.toISOString(),
    os: properties.os_distro ?? properties.os_type ?? 'unknown',
    release: properties.os_version ?? 'unknown',
    architecture: properties.architecture ?? 'x86_64',
  };
  const metadata = packMetadata(makeMetadata(about));
  const diskFile = `${digests.sha256}.${format}`;
  const both = async function* (): AsyncGenerator<unknown> {
    yield metadata;
    yield* createReadStream(join(folder, diskFile), { highWaterMark: 1024 ** 2 });
  };
  const metadataSha256 = createHash('sha256').update(metadata).digest('hex');
  const isSame = known?.metadata.sha256 === metadataSha256 && known.name === name;
  if (!isSame) {
    const metadataFile = `${digests.sha256}${metadataEnd}`;
    const record: StreamRecord = {
      imageId,
      projectId,
      ...about,
      disk: { path: `${place}/${diskFile}`, size: source.size, sha256: digests.sha256 },
      metadata: { path: `${place}/${metadataFile}`, size: metadata.length, sha256: metadataSha256 },
      combined: await computeSha256(both()),
    };
    await writeWhole(folder, metadataFile, writeBytes(metadata), { ownPartial: true });
    await writeWhole(folder, recordFile, writeBytes(Buffer.from(`${JSON.stringify(record)}\n`)), { ownPartial: true });
  }
  await writeLists(root);
}

/** After files of an image were removed. */
export async function removeFromStream(root: string): Promise<void> {
  await writeLists(root);
}
