import crypto from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMainThread, threadId } from 'node:worker_threads';
import pg from 'pg';

/**
 * Runs before a process of the product (node --import) and counts what it does: statements for Postgres, by the begin of their text, and
 * bytes that it hashes. It writes the figures of each thread to a file in the folder WORK_COUNTS.
 */
const folder = process.env.WORK_COUNTS ?? '';
const counts = { queries: {} as Record<string, number>, hashed: 0, isMainThread };
let written = '';

type Update = (this: unknown, data: string | Uint8Array, ...rest: never[]) => unknown;
const prototype = crypto.Hash.prototype as unknown as { update: Update; _transform: Update };
for (const name of ['update', '_transform'] as const) {
  const original = prototype[name];
  prototype[name] = function counted(data, ...rest) {
    counts.hashed += data.length;
    return original.call(this, data, ...rest);
  };
}

const client = pg.Client.prototype as unknown as { query: (...args: unknown[]) => unknown };
const query = client.query;
client.query = function counted(...args) {
  const [asked] = args as [string | { text: string }];
  const text = (typeof asked === 'string' ? asked : asked.text).slice(0, 120);
  counts.queries[text] = (counts.queries[text] ?? 0) + 1;
  return query.apply(this, args);
};

function write(): void {
  const text = JSON.stringify(counts);
  if (text === written) return;
  written = text;
  writeFileSync(join(folder, `${process.pid}-${threadId}.json`), text);
}
mkdirSync(folder, { recursive: true });
setInterval(write, 100).unref();
process.on('exit', write);
