import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { getHeapStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { NamePart } from '../../shared/ports/foreign.ts';

/** What a parser does when bytes have got the better of it: run as tasks by adapters/foreign/door.test.ts. */
export async function echo<T>(input: T): Promise<T> {
  return input;
}

export async function spin(): Promise<never> {
  for (;;);
}

/** Each part takes this long on the processor. */
export async function parts(milliseconds: readonly number[], _helpers: object, part: NamePart): Promise<string> {
  for (const [index, each] of milliseconds.entries()) {
    part(`part ${index}`);
    const begun = process.cpuUsage();
    const spent = (): number => {
      const { user, system } = process.cpuUsage(begun);
      return (user + system) / 1000;
    };
    while (spent() < each);
  }
  return 'all';
}

export async function heap(): Promise<never> {
  const held: number[][] = [];
  for (;;) held.push(new Array(1000).fill(held.length));
}

/** H2: a text that doubles. */
export async function doubling(): Promise<number> {
  const held: string[] = [];
  let text = 'x';
  for (let count = 0; count < 40; count++) {
    text = [text, text].map((each) => `${each}`).join('');
    held.push(text);
  }
  return held.length;
}

export async function buffers(): Promise<number> {
  const held: Buffer[] = [];
  for (let count = 0; count < 64; count++) held.push(Buffer.alloc(64 * 1024 ** 2, 1));
  return held.length;
}

export async function throwing(): Promise<never> {
  throw new TypeError('Cannot read properties of undefined');
}

export async function long(bytes: number): Promise<Buffer> {
  return Buffer.alloc(bytes);
}

export async function asking(times: number, { give }: { give: (index: number) => Promise<Buffer> }): Promise<number> {
  let sum = 0;
  for (let index = 0; index < times; index++) sum += (await give(index)).length;
  return sum;
}

/** Waits for what never comes. */
export function idle(): Promise<never> {
  return new Promise(() => setInterval(() => undefined, 1000));
}

/** Tells who it is, and then never ends. */
export async function spinning(
  _input: undefined,
  { give }: { give: (pid: number) => Promise<undefined> },
): Promise<never> {
  await give(process.pid);
  for (;;);
}

function findCode(work: () => unknown): string {
  try {
    return String(work()).slice(0, 10);
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}

export async function reading(path: string): Promise<string> {
  return findCode(() => readFileSync(path, 'latin1'));
}

export async function writing(path: string): Promise<string> {
  return findCode(() => writeFileSync(path, 'x'));
}

export async function starting(): Promise<string[]> {
  return [findCode(() => spawnSync('/bin/true').status), findCode(() => new Worker('', { eval: true }))];
}

export async function heapLimit(): Promise<number> {
  return getHeapStatistics().heap_size_limit;
}

/** What the kernel lets this process have. process.report, "userLimits" */
export async function kernelLimits(): Promise<unknown> {
  return (process.report.getReport() as { userLimits?: unknown }).userLimits;
}

export async function surroundings(): Promise<string[]> {
  return Object.keys(process.env);
}
