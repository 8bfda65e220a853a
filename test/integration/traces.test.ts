import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue } from 'bullmq';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createImageStore } from '../../adapters/database/image-store.ts';
import { createWebhookStore } from '../../adapters/database/webhook-store.ts';
import { toConnection } from '../../adapters/queues/connection.ts';
import { queueNames } from '../../shared/contracts/jobs.ts';
import { makeSecretKeys } from '../../shared/secrets/secret-keys.ts';
import { buildDisk } from '../hostile/images.ts';
import { eventually } from '../support/eventually.ts';
import { firstSweep } from '../support/housekeeping.ts';
import { type EndedRun, type Installation, project, startInstallation } from '../support/installation.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { type ReceivedSpan, type SpanReceiver, startSpanReceiver } from '../support/span-receiver.ts';

/** Uploads on their whole way through real processes, and what a collector hears of it. */

let collector: SpanReceiver;
let hook: Receiver;
let installation: Installation;
let home: string;
let housekeeping: Queue;
let published: EndedRun;
let rejected: EndedRun;

/** What an uploader says; no span may repeat it. */
const words = 'said-by-the-uploader';

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'traces-'));
  [collector, hook] = await Promise.all([startSpanReceiver(), startReceiver({ status: 503 }, { status: 200 })]);
  installation = await startInstallation({
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, WEBHOOKS_TO_PRIVATE_ADDRESSES: 'true' },
  });
  housekeeping = new Queue(queueNames.housekeeping, {
    connection: toConnection({ REDIS_URL: installation.env.REDIS_URL ?? '' }),
  });
  await firstSweep(installation);
  const secret = `whsec_${randomBytes(24).toString('base64')}`;
  await createWebhookStore(installation.db, makeSecretKeys([installation.env.SECRETS_KEY ?? ''])).create({
    projectId: project,
    url: hook.url,
    secret,
  });
  await installation.upload(`${words}.txt`, Buffer.from('no disk at all'), { name: words });
  rejected = await installation.ended(`${words}.txt`, 120);
  await installation.upload(words, buildDisk(join(home, 'disk')), { policy: 'warn', name: words });
  published = await installation.ended(words, 240);
}, 400_000);
afterAll(async () => {
  await housekeeping?.close();
  await installation?.close();
  await Promise.all([collector?.close(), hook?.close()]);
  await rm(home, { recursive: true, force: true });
});

function ofRun(runId: string, name: string): ReceivedSpan[] {
  return collector.spans.filter((span) => span.name === name && span.attributes['bootready.run.id'] === runId);
}
/** Waits for it: spans are sent in batches. */
async function theSpan(runId: string, name: string): Promise<ReceivedSpan> {
  const [span] = await eventually(async () => ofRun(runId, name).length > 0 && ofRun(runId, name), {
    within: 40,
    what: `the span "${name}" is sent`,
  });
  return span as ReceivedSpan;
}
function findParent({ traceId, parentSpanId }: ReceivedSpan): ReceivedSpan | undefined {
  return collector.spans.find((span) => span.traceId === traceId && span.spanId === parentSpanId);
}

const ways = [
  {
    name: 'an upload that is published',
    run: () => published,
    steps: ['admitFirst', 'beginAttempt', 'convert', 'inspect', 'bootCheck', 'judge', 'publish', 'discardScratch'],
    last: 'publish',
    outcome: 'publish-with-warnings',
  },
  {
    name: 'an upload that is rejected',
    run: () => rejected,
    steps: ['admitFirst', 'judge', 'finishRun'],
    last: 'finishRun',
    outcome: 'reject',
  },
];

test.each(ways)('$name is one trace, from its notification to its webhook', async ({ run, steps, last, outcome }) => {
  const { runId, imageId } = run();
  const whole = await theSpan(runId, 'processImage');
  expect(whole.attributes).toEqual({
    'bootready.image.id': imageId,
    'bootready.run.id': runId,
    'bootready.outcome': outcome,
  });
  const intake = findParent(whole);
  expect(intake).toMatchObject({
    name: 'settle',
    attributes: { 'bootready.outcome': 'started', 'bootready.image.id': imageId, 'bootready.try': 1 },
  });
  const request = intake && findParent(intake);
  expect(request).toMatchObject({
    name: 'POST /events/s3/:source/:token',
    parentSpanId: '',
    attributes: { 'http.response.status_code': 200 },
    service: { 'service.name': 'bootready-api' },
  });
  for (const name of steps) {
    const step = await theSpan(runId, name);
    expect(step, name).toMatchObject({ traceId: whole.traceId, parentSpanId: whole.spanId });
    expect(step.attributes, name).toMatchObject({
      'bootready.image.id': imageId,
      'bootready.step': name,
      'bootready.try': 1,
      'bootready.outcome': 'done',
      'bootready.worker': step.service['service.instance.id'],
    });
    expect(step.seconds).toBeLessThanOrEqual(whole.seconds + 1);
  }
  // The one that looks begins one of its own, and so does the worker that has room.
  const attempts = steps
    .slice(steps.indexOf('beginAttempt') + 1)
    .map((name) => ofRun(runId, name)[0]?.attributes['bootready.attempt']);
  expect(new Set(attempts.filter((attempt) => attempt !== undefined)).size).toBe(1);
  const delivery = await eventually(
    async () => ofRun(runId, 'send-message').find(({ attributes }) => attributes['bootready.outcome'] === 'delivered'),
    { within: 60, what: 'the span of the message is there' },
  );
  expect(delivery.traceId).toBe(whole.traceId);
  expect(findParent(delivery)).toMatchObject({ name: last });
  expect(ofRun(runId, 'processImage')).toHaveLength(1);
});

test('a try that failed is a span of its own, marked as such', () => {
  const tries = collector.spans.filter(({ name }) => name === 'send-message');
  const refused = tries.filter(({ status }) => status?.code === 2);
  expect(refused).toHaveLength(1);
  expect(refused[0]?.attributes).toMatchObject({ 'bootready.outcome': 'failed', 'error.type': 'unavailable' });
});

test('lines of the logs name the span that they were written in', async () => {
  const lines = (await installation.logs())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ run_id }) => run_id === published.runId);
  for (const [msg, step, span] of [
    ['a run was started', undefined, findParent(await theSpan(published.runId, 'processImage'))],
    ['a step is done', 'convert', await theSpan(published.runId, 'convert')],
  ] as const) {
    const line = lines.find((each) => each.msg === msg && each.step === step);
    expect(line).toMatchObject({ trace_id: span?.traceId, span_id: span?.spanId });
  }
});

test('a run that the sweep starts begins a trace of its own', async () => {
  const images = createImageStore(installation.db);
  const { run } = await images.findOrCreate(
    { bucket: 'uploads', key: `${project}/gone`, size: 1, etag: 'e', lastModified: new Date(), metadata: {} },
    { projectId: project, name: 'gone', settings: {} },
  );
  // Older than what is on its way still.
  await installation.db
    .updateTable('runs')
    .set({ created_at: sql`now() - interval '1 hour'` })
    .where('id', '=', run.id)
    .execute();
  await housekeeping.add('sweep', {});
  const whole = await theSpan(run.id, 'processImage');
  expect(whole).toMatchObject({ parentSpanId: '', status: { code: 2 } });
  expect(whole.attributes).toMatchObject({ 'bootready.outcome': 'failed' });
  const others = collector.spans.filter(({ name }) => name === 'processImage').map(({ traceId }) => traceId);
  expect(new Set(others).size).toBe(others.length);
});

test('no span holds a secret or what an uploader said, and none is of what runs all the time', async () => {
  const told = JSON.stringify(collector.spans);
  expect(told).toContain(published.imageId);
  for (const never of [words, installation.env.EVENTS_SECRET, hook.url, 'whsec_', 'X-Amz', 'http://']) {
    expect(told).not.toContain(never);
  }
  expect(collector.spans.map(({ name }) => name).filter((name) => /^GET|relay|sweep/.test(name))).toEqual([]);
});
