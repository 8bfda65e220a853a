import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { getHeapStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { NamePart } from '../../shared/ports/foreign.ts';

/** What a parser does when bytes have got the better of it: run as tasks by adapters/foreign/door.test.ts. */
export const echo = async <T>(input: T): Promise<T> => input;

export const spin = async (): Promise<never> => {
  for (;;);
};

/** Each part takes this long on the processor. */
export const parts = async (milliseconds: readonly number[], _helpers: object, part: NamePart): Promise<string> => {
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
};

export const heap = async (): Promise<never> => {
  const held: number[][] = [];
  for (;;) held.push(new Array(1000).fill(held.length));
};

/** H2: a text that doubles. */
export const doubling = async (): Promise<number> => {
  const held: string[] = [];
  let text = 'x';
  for (let count = 0; count < 40; count++) {
    text = [text, text].map((each) => `${each}`).join('');
    held.push(text);
  }
  return held.length;
};

export const buffers = async (): Promise<number> => {
  const held: Buffer[] = [];
  for (let count = 0; count < 64; count++) held.push(Buffer.alloc(64 * 1024 ** 2, 1));
  return held.length;
};

export const throwing = async (): Promise<never> => {
  throw new TypeError('Cannot read properties of undefined');
};

export const long = async (bytes: number): Promise<Buffer> => Buffer.alloc(bytes);

export const asking = async (
  times: number,
  { give }: { give: (index: number) => Promise<Buffer> },
): Promise<number> => {
  let sum = 0;
  for (let index = 0; index < times; index++) sum += (await give(index)).length;
  return sum;
};

/** Waits for what never comes. */
export const idle = (): Promise<never> => new Promise(() => setInterval(() => undefined, 1000));

/** Tells who it is, and then never ends. */
export const spinning = async (
  _input: undefined,
  { give }: { give: (pid: number) => Promise<undefined> },
): Promise<never> => {
  await give(process.pid);
  for (;;);
};

const findCode = (work: () => unknown): string => {
  try {
    return String(work()).slice(0, 10);
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
};

export const reading = async (path: string): Promise<string> => findCode(() => readFileSync(path, 'latin1'));

export const writing = async (path: string): Promise<string> => findCode(() => writeFileSync(path, 'x'));

export const starting = async (): Promise<string[]> => [
  findCode(() => spawnSync('/bin/true').status),
  findCode(() => new Worker('', { eval: true })),
];

export const heapLimit = async (): Promise<number> => getHeapStatistics().heap_size_limit;

/** What the kernel lets this process have. process.report, "userLimits" */
export const kernelLimits = async (): Promise<unknown> =>
  (process.report.getReport() as { userLimits?: unknown }).userLimits;

export const surroundings = async (): Promise<string[]> => Object.keys(process.env);
