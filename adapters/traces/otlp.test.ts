import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Environment } from '../../shared/config.ts';
import { BootreadyError } from '../../shared/errors.ts';
import { inSpan } from '../../shared/telemetry/in-span.ts';
import { type SpanReceiver, startSpanReceiver } from '../../test/support/span-receiver.ts';
import { openTraces } from './open.ts';
import type { OpenTraces } from './otlp.ts';

let receiver: SpanReceiver;
beforeEach(async () => {
  receiver = await startSpanReceiver();
});
afterEach(() => receiver.close());

function configWith(env: Record<string, string>) {
  return Environment.parse({
    DATABASE_URL: 'postgres://x',
    REDIS_URL: 'redis://x',
    EVENTS_SECRET: 'x'.repeat(16),
    S3_ENDPOINT: 'http://x',
    S3_ACCESS_KEY: 'x',
    S3_SECRET_KEY: 'x',
    ...env,
  });
}
const troubles: string[] = [];
function open(env: Record<string, string> = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url }): Promise<OpenTraces> {
  return openTraces(configWith(env), { role: 'worker', instance: 'here' }, (why) => troubles.push(why));
}
function byName(name: string) {
  const found = receiver.spans.filter((span) => span.name === name);
  expect(found).toHaveLength(1);
  return found[0] as (typeof found)[0];
}
const internal = { kind: 'internal', facts: {} } as const;

describe('with a collector', () => {
  test('work inside a span is its child, log lines name the span, and work outside of any span begins a trace', async () => {
    const traces = await open();
    expect([traces.current(), traces.logNames()]).toEqual([undefined, {}]);
    const outer = traces.begin('outer', { kind: 'server', facts: { imageId: 'i', attempt: 3 } });
    const names = await outer.within(async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      traces.begin('inner', internal).end({ outcome: 'done' });
      return traces.logNames();
    });
    outer.end({ status: 200 });
    traces.begin('other', internal).end({});
    await traces.close();
    const [seen, inner, other] = [byName('outer'), byName('inner'), byName('other')];
    expect(names).toEqual({ trace_id: seen.traceId, span_id: seen.spanId });
    expect(inner).toMatchObject({ traceId: seen.traceId, parentSpanId: seen.spanId });
    expect(seen).toMatchObject({ parentSpanId: '', service: { 'service.name': 'bootready-worker' } });
    expect(seen.attributes).toEqual({
      'bootready.image.id': 'i',
      'bootready.attempt': 3,
      'http.response.status_code': 200,
    });
    expect(other).toMatchObject({ parentSpanId: '' });
    expect(other.traceId).not.toBe(seen.traceId);
  });

  test('an announced span is told by another process, with the ids that its children name already', async () => {
    const [here, there] = [await open(), await open()];
    const request = here.begin('request', internal);
    const announced = request.within(() => here.announce('run'));
    const alone = here.announce('alone');
    request.end({});
    if (!announced || !alone) throw new Error('nothing was announced');
    expect(alone.parent).toBeUndefined();
    there.begin('step', { ...internal, parent: announced.self }).end({});
    const since = new Date(Date.now() - 5000);
    there.ended(announced, { name: 'run', since, facts: { outcome: 'failed' }, how: 'failed' });
    there.ended(alone, { name: 'alone', since, facts: {}, how: 'well' });
    await Promise.all([here.close(), there.close()]);
    const [root, run, step] = [byName('request'), byName('run'), byName('step')];
    expect(run).toMatchObject({ traceId: root.traceId, parentSpanId: root.spanId, status: { code: 2 } });
    expect(run.seconds).toBeGreaterThanOrEqual(5);
    expect(step).toMatchObject({ traceId: root.traceId, parentSpanId: run.spanId });
    expect(byName('alone')).toMatchObject({ parentSpanId: '' });
    expect(`00-${byName('alone').traceId}-${byName('alone').spanId}-01`).toBe(alone.self);
  });

  test('a span has the code of an error, and not its text', async () => {
    const traces = await open();
    const span = { name: 'fails', ...internal };
    const thrown = new BootreadyError({ code: 'unavailable', message: 'the guest wrote this' });
    const told = { result: () => ({}) };
    await expect(inSpan(traces, span, () => Promise.reject(thrown), told)).rejects.toBe(thrown);
    await traces.close();
    const { status, attributes } = byName('fails');
    expect(attributes).toEqual({ 'bootready.outcome': 'failed', 'error.type': 'unavailable' });
    expect(status).toMatchObject({ code: 2 });
    expect(JSON.stringify(receiver.spans)).not.toContain('wrote');
  });

  test('a trace that is not sampled stays so in every process', async () => {
    const never = await open({
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/v1/traces`,
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0',
    });
    const always = await open();
    const announced = never.begin('request', internal).within(() => never.announce('run'));
    expect(announced?.self).toMatch(/-00$/);
    if (announced) always.ended(announced, { name: 'run', since: new Date(), facts: {}, how: 'well' });
    always.begin('step', { ...internal, parent: announced?.self ?? '' }).end({});
    always.begin('sampled', internal).end({});
    await Promise.all([never.close(), always.close()]);
    expect(receiver.spans.map(({ name }) => name)).toEqual(['sampled']);
  });

  test('what names no span begins a trace', async () => {
    const traces = await open();
    for (const parent of ['', null, 'nonsense', `00-${'0'.repeat(32)}-${'1'.repeat(16)}-01`]) {
      traces.begin('lost', { ...internal, parent }).end({});
    }
    await traces.close();
    expect(receiver.spans.map(({ parentSpanId }) => parentSpanId)).toEqual(['', '', '', '']);
  });
});

test('the log names a collector that does not answer, and the process still ends', async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const traces = await open({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
  });
  traces.begin('unheard', internal).end({});
  const since = Date.now();
  await traces.close();
  expect(Date.now() - since).toBeLessThan(8000);
  silent.closeAllConnections();
  silent.close();

  troubles.length = 0;
  const refused = await open({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' });
  refused.begin('unheard', internal).end({});
  await refused.close();
  // The exporter tries again for as long as it may, and then says so.
  await expect.poll(() => troubles.join(), { timeout: 15_000 }).toMatch(/ECONNREFUSED|retr/i);
}, 30_000);

test.each([
  ['without an endpoint', () => ({})],
  ['when disabled', () => ({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_SDK_DISABLED: 'true' })],
])('%s nothing is traced or sent', async (_case, env) => {
  const traces = await open(env());
  const span = traces.begin('unseen', internal);
  expect(span.within(() => [traces.current(), traces.logNames(), traces.announce('run')])).toEqual([
    undefined,
    {},
    undefined,
  ]);
  span.end({});
  await traces.close();
  expect(receiver.spans).toEqual([]);
});

test('another protocol is refused by name', () => {
  expect(() => configWith({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })).toThrow('OTEL_EXPORTER_OTLP_PROTOCOL');
});
