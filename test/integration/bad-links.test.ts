import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createProjectStore } from '../../adapters/database/project-store.ts';
import type { ImageView } from '../../shared/contracts/api.ts';
import type { Project } from '../../shared/ports/projects.ts';
import { type CliUser, noisyDisk, startCliUser } from '../support/cli-user.ts';
import { eventually } from '../support/eventually.ts';
import { project } from '../support/installation.ts';
import { publishedImage, someDisk } from '../support/samples.ts';
import { type Fault, noFault, passOn, type StoreProxy } from '../support/store-proxy.ts';
import { whereUploaded } from '../support/where-uploaded.ts';

/** Large files over bad links: the command itself, a real object store, and a network between them that breaks. */

const MiB = 1024 ** 2;
const size = 40 * MiB;

let user: CliUser;
let proxy: StoreProxy;
let file: string;
let bytes: Buffer;
let sha256: string;
beforeAll(async () => {
  // Nobody processes what is sent: this is about the way there and back.
  user = await startCliUser({ roles: [] });
  proxy = user.proxy;
  file = await noisyDisk(join(user.dir, 'noisy.raw'));
  bytes = await readFile(file);
  sha256 = createHash('sha256').update(bytes).digest('hex');
});
afterAll(() => user?.close());
afterEach(async () => {
  Object.assign(proxy, { onPart: passOn, fault: noFault });
  proxy.parts.length = 0;
  proxy.reads.length = 0;
});

/** The fault befalls the first request that `concerns` names, and no other. */
function once(concerns: (asked: { method: string; partNumber: number }) => boolean, fault: Fault): () => boolean {
  let isDone = false;
  proxy.fault = (asked) => {
    if (isDone || !concerns(asked)) return undefined;
    isDone = true;
    return fault;
  };
  return () => isDone;
}
function part(number: number) {
  return (asked: { partNumber: number }) => asked.partNumber === number;
}
function isGet({ method }: { method: string }): boolean {
  return method === 'GET';
}
/** A link as ours, which the store itself says has expired. */
async function expiredLink(key: string, query: Record<string, string> = {}, method = 'PUT'): Promise<string> {
  const bucket = method === 'GET' ? 'images' : 'uploads';
  const url = await user.installation.s3.presignedUrl(method, bucket, key, 1, query);
  await after(2100);
  return url;
}

describe('an upload', () => {
  const uploading = (name: string, ...more: string[]): string[] => [
    ...['upload', file, '--name', name, '--no-wait', '--parallel', '1', '--no-check'],
    ...more,
  ];
  /** Whole, and each part sent through once. */
  const expectWhole = async (name: string): Promise<void> => {
    const [image] = await user.imagesNamed(name);
    const object = await user.uploaded(image as ImageView);
    expect(createHash('sha256').update(object).digest('hex')).toBe(sha256);
    expect(proxy.parts).toEqual([1, 2, 3, 4, 5]);
  };

  test('whose connection breaks in the middle of a part sends that part again, and no other', async () => {
    const isCut = once(part(3), { kind: 'cut', after: 3 * MiB });
    const { code, stderr } = await user.run(uploading('cut'));
    expect([code, isCut()]).toEqual([0, true]);
    expect(stderr).toMatch(
      /^No connection to the object store at 127\.0\.0\.1:\d+: the connection broke\. Trying again\.$/m,
    );
    expect(stderr).toMatch(/^Connected again\.$/m);
    await expectWhole('cut');
  });

  test('waits while the network is away, and goes on in another one', async () => {
    const away = Promise.withResolvers<void>();
    proxy.onPart = async (partNumber, body) => {
      if (partNumber !== 3) return body;
      await proxy.disconnect();
      away.resolve();
      return new Promise(() => undefined);
    };
    const running = user.start(uploading('moved'));
    await away.promise;
    proxy.onPart = passOn;
    await after(3000);
    expect(running.stderr()).toContain('Trying again.');
    await proxy.reconnect();
    const { code, stderr } = await running.ended;
    expect([code, stderr.match(/Trying again/g)?.length]).toEqual([0, 1]);
    await expectWhole('moved');
  });

  test('gives up a connection on which nothing moves, and takes another one', async () => {
    const isStill = once(part(2), { kind: 'silence' });
    const from = Date.now();
    const { code, stderr } = await user.run(uploading('still', '--timeout', '2'));
    expect([code, isStill(), stderr]).toEqual([0, true, expect.stringContaining('no answer in time. Trying again.')]);
    expect(Date.now() - from).toBeGreaterThan(2000);
    await expectWhole('still');
  });

  test('renews a link that has expired on the way, without a word', async () => {
    const other = whereUploaded(await user.api.createImage({ name: 'other' })).key;
    const url = await expiredLink(other, { uploadId: 'any', partNumber: '4' });
    const refusal = await fetch(url, { method: 'PUT', body: 'x' });
    expect([refusal.status, await refusal.text()]).toEqual([403, expect.stringContaining('expired')]);
    const isExpired = once(part(4), { kind: 'instead', url });
    const { code, stderr } = await user.run(uploading('expired'));
    expect([code, isExpired()]).toEqual([0, true]);
    expect(stderr).not.toMatch(/Trying again|refuse/);
    await expectWhole('expired');
  });

  test('keeps to --bwlimit, all lanes together', async () => {
    const from = Date.now();
    const { code } = await user.run(uploading('slow', '--bwlimit', '10M', '--parallel', '4'));
    expect(code).toBe(0);
    // 40 MiB but for the first burst.
    expect(Date.now() - from).toBeGreaterThan(3900);
    proxy.parts.sort((one, next) => one - next);
    await expectWhole('slow');
  });

  test('that was killed again and again sends no finished part twice', async () => {
    const kill = async (lastPart: number): Promise<void> => {
      const reached = Promise.withResolvers<void>();
      proxy.onPart = (partNumber, body) => {
        if (partNumber <= lastPart) return Promise.resolve(body);
        reached.resolve();
        return new Promise(() => undefined);
      };
      const { child, ended } = user.start(uploading('killed'));
      await reached.promise;
      child.kill('SIGKILL');
      expect((await ended).signal).toBe('SIGKILL');
    };
    await kill(1);
    await kill(3);
    proxy.onPart = passOn;
    expect((await user.run(uploading('killed'))).stderr).toContain('Continuing at 60 %.');
    await expectWhole('killed');
  });
});

describe('a download', () => {
  let id: string;
  let published: { sha256: string; size: number; key: string };
  beforeAll(async () => {
    const { db, s3 } = user.installation;
    const owner = (await createProjectStore(db).all()).find((each) => each.id === project) as Project;
    const disk = someDisk({ format: 'raw', size, virtualSize: size, sha256 });
    ({ id } = (await publishedImage(db, owner, disk)).image);
    published = (await user.api.image(id)).published as typeof published;
    await s3.putObject('images', published.key, bytes, size);
  });
  const downloading = (name: string, ...more: string[]): string[] => [
    'download',
    id,
    '-o',
    join(user.dir, name),
    ...more,
  ];
  const expectWhole = async (name: string): Promise<void> => {
    const got = await readFile(join(user.dir, name));
    expect(createHash('sha256').update(got).digest('hex')).toBe(published.sha256);
  };

  test('whose connection breaks goes on where it was', async () => {
    const isCut = once(isGet, { kind: 'cut', after: 10 * MiB });
    const { code, stderr } = await user.run(downloading('cut'));
    expect([code, isCut(), stderr]).toEqual([0, true, expect.stringContaining('the connection broke. Trying again.')]);
    await expectWhole('cut');
    const [first, second = 0, ...more] = proxy.reads;
    expect([first, more]).toEqual([0, []]);
    // How far it had got depends on the machine: what came last may still lie in a buffer of the connection.
    expect(second).toBeGreaterThan(0);
  });

  test('waits while the network is away, and goes on in another one', async () => {
    const running = user.start(downloading('moved', '--bwlimit', '8M'));
    const there = async (): Promise<number> =>
      (await stat(join(user.dir, 'moved.part')).catch(() => undefined))?.size ?? 0;
    await eventually(async () => (await there()) > MiB, { within: 30, what: 'something has come' });
    await proxy.disconnect();
    await after(3000);
    const before = await there();
    await proxy.reconnect();
    expect((await running.ended).code).toBe(0);
    await expectWhole('moved');
    expect(before).toBeLessThan(published.size);
    expect(proxy.reads).toEqual([0, before]);
  });

  test('gives up a connection on which nothing comes', async () => {
    const isStill = once(isGet, { kind: 'silence' });
    const { code, stderr } = await user.run(downloading('still', '--timeout', '2'));
    expect([code, isStill(), stderr]).toEqual([0, true, expect.stringContaining('no answer in time. Trying again.')]);
    await expectWhole('still');
  });

  test('renews a link that has expired', async () => {
    const isExpired = once(isGet, { kind: 'instead', url: await expiredLink(published.key, {}, 'GET') });
    const { code, stderr } = await user.run(downloading('expired'));
    expect([code, isExpired()]).toEqual([0, true]);
    expect(stderr).not.toContain('Trying again');
    await expectWhole('expired');
  });

  test('keeps to --bwlimit', async () => {
    const from = Date.now();
    expect((await user.run(downloading('slow', '--bwlimit', '10M'))).code).toBe(0);
    expect(Date.now() - from).toBeGreaterThan(3900);
    await expectWhole('slow');
  });

  test('of which nobody gives what was published leaves nothing that looks like it', async () => {
    const store = user.installation.s3;
    const other = Buffer.from(bytes);
    other[size - 1] = (other[size - 1] ?? 0) ^ 1;
    await store.putObject('images', published.key, other, size);
    try {
      const { code, stderr } = await user.run(downloading('damaged'));
      expect([code, stderr]).toEqual([3, expect.stringContaining('its SHA-256 differs')]);
      await expect(stat(join(user.dir, 'damaged'))).rejects.toThrow('ENOENT');
      await expect(stat(join(user.dir, 'damaged.part'))).rejects.toThrow('ENOENT');
    } finally {
      await store.putObject('images', published.key, bytes, size);
    }
  });
});
