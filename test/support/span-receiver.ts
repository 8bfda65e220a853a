import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import protobuf from 'protobufjs';

/** The part that is looked at of https://github.com/open-telemetry/opentelemetry-proto (trace/v1/trace.proto and what it uses). */
const schema = `syntax = "proto3";
message TracesData { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeSpans { repeated Span spans = 2; }
message Span {
  bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5; int32 kind = 6;
  fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8; repeated KeyValue attributes = 9; Status status = 15;
}
message Status { string message = 2; int32 code = 3; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; } }`;

type Value = { stringValue?: string; boolValue?: boolean; intValue?: number; doubleValue?: number };
type Attributes = { key: string; value: Value }[];
type Decoded = {
  resourceSpans: {
    resource: { attributes: Attributes };
    scopeSpans: {
      spans: {
        traceId: Buffer;
        spanId: Buffer;
        parentSpanId?: Buffer;
        name: string;
        startTimeUnixNano: number;
        endTimeUnixNano: number;
        attributes: Attributes;
        status?: { message: string; code: number };
      }[];
    }[];
  }[];
};

export type ReceivedSpan = {
  traceId: string;
  spanId: string;
  /** Empty at the top of a trace. */
  parentSpanId: string;
  name: string;
  seconds: number;
  attributes: Record<string, unknown>;
  status: { message: string; code: number } | undefined;
  service: Record<string, unknown>;
};
export type SpanReceiver = { url: string; spans: ReceivedSpan[]; close(): Promise<void> };

const message = protobuf.parse(schema).root.lookupType('TracesData');
function readValues(attributes: Attributes = []): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

function hex(bytes?: Buffer): string {
  return bytes?.toString('hex') ?? '';
}

function readSpans(body: Buffer): ReceivedSpan[] {
  const plain = message.toObject(message.decode(body), { longs: Number, arrays: true }) as Decoded;
  return plain.resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ traceId, spanId, parentSpanId, name, status, attributes, ...times }) => ({
        name,
        status,
        traceId: hex(traceId),
        spanId: hex(spanId),
        parentSpanId: hex(parentSpanId),
        seconds: (times.endTimeUnixNano - times.startTimeUnixNano) / 1e9,
        attributes: readValues(attributes),
        service: readValues(resource.attributes),
      })),
    ),
  );
}

/** A collector as far as bootready sees one: takes spans by OTLP over HTTP, as protobuf, and keeps them. */
export async function startSpanReceiver(): Promise<SpanReceiver> {
  const spans: ReceivedSpan[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const isTraces = request.url === '/v1/traces' && request.headers['content-type'] === 'application/x-protobuf';
      if (isTraces) spans.push(...readSpans(Buffer.concat(chunks)));
      response.writeHead(isTraces ? 200 : 404, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
