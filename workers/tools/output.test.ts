import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openOutput, openSocket, readOutput, takeOutput } from './output.ts';
import { removeTree } from './remove-tree.ts';

let dir: string;
let canary: string;
function at(name: string): string {
  return join(dir, 'out', name);
}
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'output-'));
  mkdirSync(join(dir, 'out'));
  canary = join(dir, 'canary');
  writeFileSync(canary, 'canary');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Traps that a sandbox may leave in the place of a file. */
const traps: Record<string, (path: string) => void> = {
  'a link to a file of the host': (path) => symlinkSync(canary, path),
  'a link that leads nowhere': (path) => symlinkSync('/nowhere', path),
  'a second name of a file of the host': (path) => linkSync(canary, path),
  'a FIFO': (path) => execFileSync('mkfifo', [path]),
  'a socket': (path) =>
    execFileSync('python3', ['-c', `import socket; socket.socket(socket.AF_UNIX).bind(${JSON.stringify(path)})`]),
  'a folder': (path) => mkdirSync(path),
  'a file that is too large': (path) => writeFileSync(path, Buffer.alloc(11)),
};

describe.each(Object.entries(traps))('%s', (_name, set) => {
  beforeEach(() => set(at('file')));

  test('is not read', async () => {
    await expect(readOutput(at('file'), { maxBytes: 10 })).rejects.toMatchObject({ code: 'tool-failed' });
    expect(await readFile(canary, 'utf8')).toBe('canary');
  });

  test('is not taken, and nothing of it is left', async () => {
    const to = join(dir, 'taken');
    await expect(takeOutput(at('file'), to, { maxBytes: 10 })).rejects.toMatchObject({ code: 'tool-failed' });
    expect(existsSync(to)).toBe(false);
    expect(readdirSync(at(''))).toEqual([]);
    expect(readFileSync(canary, 'utf8')).toBe('canary');
  });
});

test('FIFOs block no thread: files can still be read after more of them than there are threads', async () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  for (const name of names) traps['a FIFO']?.(at(name));
  const reads = await Promise.allSettled(names.map((name) => readOutput(at(name), { maxBytes: 10 })));
  expect(reads.every(({ status }) => status === 'rejected')).toBe(true);
  expect(await readFile(canary, 'utf8')).toBe('canary');
});

test('a regular file is read, and what is not there is said not to be there', async () => {
  writeFileSync(at('file'), 'text');
  expect((await readOutput(at('file'), { maxBytes: 10 })).toString()).toBe('text');
  await takeOutput(at('file'), join(dir, 'taken'), { maxBytes: 10 });
  expect(readFileSync(join(dir, 'taken'), 'utf8')).toBe('text');
  await expect(readOutput(at('file'), { maxBytes: 10 })).rejects.toMatchObject({ code: 'ENOENT' });
});

test('what is added while a file is read does not come, and one that became shorter is refused', async () => {
  writeFileSync(at('file'), '1234567890');
  const output = await openOutput(at('file'), { maxBytes: 10 });
  appendFileSync(at('file'), 'more');
  expect((await output.read(8, 100)).toString()).toBe('90');
  expect((await output.read(10, 100)).length).toBe(0);
  truncateSync(at('file'), 5);
  await expect(output.read(0, 10)).rejects.toMatchObject({ code: 'tool-failed' });
  await output.close();
});

describe('a socket', () => {
  test('is reached by its descriptor, whatever its name leads to meanwhile', async () => {
    expect(await openSocket(at('s'))).toBeUndefined();
    const server = createServer((socket) => socket.end('ours'));
    await new Promise<void>((resolve) => server.listen(at('s'), resolve));
    const socket = await openSocket(at('s'));
    rmSync(at('s'));
    const answer = await text(createConnection(socket?.path ?? ''));
    expect(answer).toBe('ours');
    await socket?.close();
    server.close();
  });

  test.each(Object.entries(traps).filter(([name]) => name !== 'a socket'))(
    'that is %s is refused',
    async (_name, set) => {
      set(at('s'));
      await expect(openSocket(at('s'))).rejects.toMatchObject({ code: 'tool-failed' });
    },
  );

  test('that is a second name of another socket is refused', async () => {
    const server = createServer((socket) => socket.end('of the host'));
    await new Promise<void>((resolve) => server.listen(join(dir, 'listener'), resolve));
    linkSync(join(dir, 'listener'), at('s'));
    await expect(openSocket(at('s'))).rejects.toMatchObject({ code: 'tool-failed' });
    server.close();
  });
});

describe('removing a folder', () => {
  test('takes away what is nested too deep for a path, has no permissions, is no text, and follows nothing', async () => {
    const script = `
import os
os.chdir(${JSON.stringify(at(''))})
os.symlink(${JSON.stringify(dir)}, 'link')
os.mkfifo('fifo')
open(b'\\xff\\xfe', 'w')
os.mkdir('locked'); open('locked/file', 'w'); os.chmod('locked', 0)
for _ in range(3000):
  os.mkdir('deep-deep-deep'); os.chdir('deep-deep-deep')
open('file', 'w')`;
    execFileSync('python3', ['-c', script]);
    await removeTree(at(''));
    expect(readdirSync(dir)).toEqual(['canary']);
    expect(readFileSync(canary, 'utf8')).toBe('canary');
  });

  test('takes away many files while others can work', async () => {
    execFileSync('python3', [
      '-c',
      `
import os
os.chdir(${JSON.stringify(at(''))})
for i in range(20000): open(str(i), 'w')`,
    ]);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    await removeTree(at(''));
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(5);
    expect(existsSync(at(''))).toBe(false);
  });

  test('of a link takes away the link, and of nothing does nothing', async () => {
    symlinkSync(dir, at('link'));
    await removeTree(at('link'));
    await removeTree(at('link'));
    expect(readdirSync(dir)).toEqual(['canary', 'out']);
  });
});
