import {
  type Context,
  DiagLogLevel,
  diag,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { parseTraceParent, setGlobalErrorHandler } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Config } from '../../shared/config.ts';
import { explain } from '../../shared/errors.ts';
import type { SpanFacts, SpanStart, Traceparent, Traces } from '../../shared/ports/traces.ts';
import { version } from '../version.ts';
import { toAttributes } from './facts.ts';
import { toHeaders } from './headers.ts';
import { createIds } from './ids.ts';
import { makeSampler } from './sampler.ts';

export type OpenTraces = Traces & { close(): Promise<void> };
export type TracedProcess = { role: 'api' | 'worker'; instance: string };

/** A process that ends waits no longer for a collector that does not answer. */
const goodbyeMs = 3000;

const kinds: Record<SpanStart['kind'], SpanKind> = {
  server: SpanKind.SERVER,
  consumer: SpanKind.CONSUMER,
  client: SpanKind.CLIENT,
  internal: SpanKind.INTERNAL,
};

function toTraceparent({ traceId, spanId, traceFlags }: SpanContext): Traceparent {
  return `00-${traceId}-${spanId}-0${traceFlags & TraceFlags.SAMPLED}`;
}

function remote(parent: Traceparent | null | undefined): Context | undefined {
  const named = parent ? parseTraceParent(parent) : null;
  return named ? trace.setSpanContext(ROOT_CONTEXT, { ...named, isRemote: true }) : undefined;
}

function close(span: Span, facts: SpanFacts, how: 'well' | 'failed' = 'well'): void {
  span.setAttributes(toAttributes(facts));
  // Without a message: it could hold what an uploader wrote.
  if (how === 'failed') span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

/** Spans by OTLP over HTTP, in batches. Nothing of OpenTelemetry's global state is used but what it complains through. */
export function sendTraces(
  config: Config,
  url: string,
  { role, instance }: TracedProcess,
  onTrouble: (why: string) => void,
): OpenTraces {
  setGlobalErrorHandler((error) => onTrouble(explain(error)));
  const quiet = (): void => undefined;
  const logger = { error: onTrouble, warn: onTrouble, info: quiet, debug: quiet, verbose: quiet };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  // From our configuration: they may have come from a file, of which the exporter knows nothing.
  const headers = toHeaders(config.OTEL_EXPORTER_OTLP_TRACES_HEADERS ?? config.OTEL_EXPORTER_OTLP_HEADERS);
  const ids = createIds();
  const named = { 'service.name': `bootready-${role}`, 'service.version': version, 'service.instance.id': instance };
  const provider = new TracerProvider({
    idGenerator: ids,
    sampler: makeSampler(config),
    // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win.
    resource: defaultResource()
      .merge(resourceFromAttributes(named))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url, headers }) })],
  });
  const tracer = provider.getTracer('bootready', version);
  const contexts = new AsyncLocalStorageContextManager().enable();
  const active = (): SpanContext | undefined => trace.getSpanContext(contexts.active());

  return {
    current: () => {
      const span = active();
      return span && toTraceparent(span);
    },
    logNames: () => {
      const span = active();
      return span ? { trace_id: span.traceId, span_id: span.spanId } : {};
    },
    begin: (name, { kind, parent, facts }) => {
      const around = remote(parent) ?? contexts.active();
      const span = tracer.startSpan(name, { kind: kinds[kind], attributes: toAttributes(facts) }, around);
      return {
        within: (work) => contexts.with(trace.setSpan(around, span), work),
        end: (told, how) => close(span, told, how),
      };
    },
    announce: (name) => {
      const parent = active();
      // Never ended, so never sent: it lends its ids, and the decision whether the trace is sampled.
      const span = tracer.startSpan(name, {}, contexts.active());
      return { self: toTraceparent(span.spanContext()), ...(parent ? { parent: toTraceparent(parent) } : {}) };
    },
    ended: ({ self, parent }, { name, since, facts, how }) => {
      const announced = parseTraceParent(self);
      if (!announced || !(announced.traceFlags & TraceFlags.SAMPLED)) return;
      const around = remote(parent) ?? ROOT_CONTEXT;
      close(
        ids.given(announced, () => tracer.startSpan(name, { startTime: since }, around)),
        facts,
        how,
      );
    },
    close: async () => {
      const late = new Promise<void>((resolve) => setTimeout(resolve, goodbyeMs).unref());
      await Promise.race([provider.shutdown().catch((error: unknown) => onTrouble(explain(error))), late]);
      contexts.disable();
    },
  };
}
