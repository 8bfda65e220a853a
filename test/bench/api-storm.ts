import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { parseArgs } from 'node:util';

/**
 * What one client can do to the API, and what its neighbours notice of it: `node test/bench/api-storm.ts --pid PID [--seconds 20]` beside `npm start`, with
 * BOOTREADY_CONFIG as that says. Rates are limited by address and key, so that the storm is refused with 429 soon; to see what stands behind that, start
 * with RATE_PER_ADDRESS, RATE_PER_KEY, RATE_PER_PROJECT and GUESSES_PER_ADDRESS of a billion. Bounded in count and time, and only ever against an API of this machine. Prints raw numbers; no test, for times depend
 * on the machine.
 */
const { values } = parseArgs({ options: { pid: { type: 'string' }, seconds: { type: 'string', default: '20' } } });
/** Of another project, where there is one: who attacks waits for his own requests too. */
const neighbourKey = process.env.NEIGHBOUR_KEY;
const config = JSON.parse(readFileSync(process.env.BOOTREADY_CONFIG ?? '.bootready/client.json', 'utf8')) as {
  url: string;
  apiKey: string;
};
const { hostname, port } = new URL(config.url);
if (!['127.0.0.1', 'localhost', '[::1]'].includes(hostname))
  throw new Error('Only an API of this machine is attacked.');
const seconds = Math.min(120, Number(values.seconds));
const until = Date.now() + seconds * 1000;
const sockets: Socket[] = [];

/** As an orchestrator's probe: without any key. */
function probe(): Promise<Response> {
  return fetch(`${config.url}/livez`, { signal: AbortSignal.timeout(30_000) });
}

function call(path: string, method = 'GET', body?: unknown, key = config.apiKey): Promise<Response> {
  return fetch(config.url + path, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      'x-auth-token': key,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
}

/** Sends this much and then nothing. */
function stall(text: string): void {
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.write(text);
  sockets.push(socket);
}

/** Time after time, `atOnce` at a time; counts the answers by status. */
async function storm(atOnce: number, send: () => Promise<Response>): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const one = async (): Promise<void> => {
    while (Date.now() < until) {
      const status = await send().then(
        async (answer) => {
          await answer.arrayBuffer();
          return String(answer.status);
        },
        () => 'no answer',
      );
      counts[status] = (counts[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return counts;
}

/** How long an answer takes, every 50 ms. */
async function measure(ask: () => Promise<Response>): Promise<number[]> {
  const times: number[] = [];
  while (Date.now() < until) {
    const begun = performance.now();
    const ok = await ask().then(
      (answer) => answer.arrayBuffer().then(() => answer.ok),
      () => false,
    );
    times.push(ok ? performance.now() - begun : 30_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return times.sort((a, b) => a - b);
}

function residentMiB(): number | undefined {
  if (!values.pid) return undefined;
  const status = readFileSync(`/proc/${values.pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
}

function quantiles(times: readonly number[]): string {
  return [0.5, 0.9, 0.99, 1]
    .map(
      (q) =>
        `${q === 1 ? 'max' : `p${q * 100}`} ${(times[Math.min(times.length - 1, Math.floor(times.length * q))] ?? 0).toFixed(1)} ms`,
    )
    .join(', ');
}

const before = residentMiB();
let most = before ?? 0;
const watching = setInterval(() => {
  most = Math.max(most, residentMiB() ?? 0);
}, 200);

function sort(count: number): string {
  return `/image/v2/images?sort=${Array(count).fill('name').join(',')}`;
}
const fat = Object.fromEntries(Array.from({ length: 2 }, (_, index) => [`p${index}`, 'x'.repeat(60_000)]));
const imageBody = { name: 'storm', disk_format: 'raw', container_format: 'bare' };

const made: string[] = [];
for (let index = 0; index < 40; index++) {
  const answer = await call('/image/v2/images', 'POST', { ...imageBody, ...fat });
  if (answer.ok) made.push(((await answer.json()) as { id: string }).id);
}
for (const id of made.slice(0, 15)) {
  const sent = 9 * 1024 ** 2;
  stall(
    `PUT /image/v2/images/${id}/stage HTTP/1.1\r\nHost: x\r\nX-Auth-Token: ${config.apiKey}\r\nContent-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n${sent.toString(16)}\r\n${'x'.repeat(sent)}\r\n`,
  );
}
for (let count = 0; count < 400; count++) {
  stall(
    'POST /events/s3/x HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{"Records": [',
  );
}
// Streams that nobody reads, on images whose every change is told.
for (let count = 0; count < 30; count++) {
  stall(`GET /v1/images/${made[19]}/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${config.apiKey}\r\n\r\n`);
}

// Bodies of a member that lack their last byte, and pages that nobody reads.
for (let count = 0; count < 150; count++) {
  stall(
    `POST /v1/images HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${config.apiKey}\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{"name": "${'x'.repeat(999_980)}`,
  );
  stall(`GET /image/v2/images?limit=1000 HTTP/1.1\r\nHost: x\r\nX-Auth-Token: ${config.apiKey}\r\n\r\n`);
}

const [livez, neighbour, ...storms] = await Promise.all([
  measure(probe),
  measure(() => call('/v1/images?limit=1', 'GET', undefined, neighbourKey)),
  storm(4, () => call(sort(900))),
  storm(2, () => call(sort(8))),
  storm(2, () => call('/image/v2/images?limit=1000')),
  storm(2, () => call(`/v1/images/${made[19]}`, 'PATCH', { properties: { changed: String(Math.random()) } })),
  storm(2, () => call('/image/v2/images', 'POST', { ...imageBody, ...fat, more: 'x'.repeat(60_000) })),
]);
clearInterval(watching);
for (const socket of sockets) socket.destroy();
for (const id of made) await call(`/image/v2/images/${id}`, 'DELETE').catch(() => undefined);

const names = ['900 sort keys', '8 sort keys', 'pages of 1000', 'changes of a followed image', 'fat properties'];
console.log(
  `${seconds} s; beside it 15 stalled uploads of 9 MiB, 400 stalled bodies of strangers, 150 of a member, 150 unread pages, 30 unread streams`,
);
console.log(`/livez: ${livez.length} answers, ${quantiles(livez)}`);
console.log(`a neighbour's list: ${neighbour.length} answers, ${quantiles(neighbour)}`);
if (before !== undefined) console.log(`resident memory of the API: ${before} MiB before, ${most} MiB at most`);
for (const [index, counts] of storms.entries()) console.log(`${names[index]}: ${JSON.stringify(counts)}`);
