import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openForeignDoor } from '../../adapters/foreign/door.ts';
import { foreignTask } from '../../shared/ports/foreign.ts';
import { measureLag } from '../support/lag.ts';
import { parsers } from './parsers.ts';
import { makeTally } from './table.ts';

/** Sound inputs of every parser with flipped bits, through the door. HOSTILE_FLIPS of each kind. */
const many = Number(process.env.HOSTILE_FLIPS ?? 100);
const atOnce = 500;

const task = foreignTask<typeof import('./flips.ts').parseFlipped>(import.meta.url, './flips.ts', 'parseFlipped', {
  partSeconds: 10,
  totalSeconds: 60,
  answerBytes: 1024 ** 2,
});
const door = openForeignDoor({ keepReady: [task.module] });
const dir = mkdtempSync(join(tmpdir(), 'flipped-'));
const tally = makeTally(['N', 'out of time', 'out of memory', 'crashes', 'exceptions'] as const);
afterAll(async () => {
  tally.print('Flipped bits');
  await door.close();
  rmSync(dir, { recursive: true });
});

function made(name: string, size: number, command: string, input: string): Buffer {
  const path = join(dir, name);
  writeFileSync(path, '');
  truncateSync(path, size);
  execFileSync('sh', ['-c', command, 'sh', path], { input, stdio: ['pipe', 'pipe', 'pipe'] });
  return readFileSync(path);
}

/** What is no text is made by the tool that makes it for everybody. */
const sound: { kind: string; parser: string; bytes: Buffer }[] = [
  ...Object.entries(parsers).map(([parser, { words, most }]) => ({
    kind: parser,
    parser,
    bytes: Buffer.from(words.repeat(20)).subarray(0, most),
  })),
  ...['gpt', 'dos'].map((label) => ({
    kind: `partition table ${label}`,
    parser: 'image of a disk',
    bytes: made(label, 512 * 1024, 'sfdisk -q "$1"', `label: ${label}\nstart=64, size=512\n`),
  })),
  {
    kind: 'cpio',
    parser: 'initramfs',
    bytes: made('cpio', 0, 'cd / && find etc/hostname etc/passwd etc/apt | cpio --quiet -o -H newc > "$1"', ''),
  },
];

test.each(sound)('$kind', async ({ kind, parser, bytes }) => {
  for (let from = 0; from < many; from += atOnce) {
    const count = Math.min(atOnce, many - from);
    const { value, lag } = await measureLag(() => door.run(task, { parser, sound: bytes, from, count }, {}));
    tally.add(kind, 'N', count);
    if (value.state === 'exceeded') {
      const columns = { time: 'out of time', memory: 'out of memory', size: 'crashes', crash: 'crashes' } as const;
      tally.add(kind, columns[value.limit]);
    } else tally.add(kind, 'exceptions', value.value.length);
    expect(value).toEqual({ state: 'done', value: [] });
    // A machine that others use lags too.
    expect(lag).toBeLessThan(1000);
  }
});
