/** A span's name in W3C Trace Context: https://www.w3.org/TR/trace-context/#traceparent-header */
export type Traceparent = string;

/** The facts of a span: ids and words of fixed sets. They never hold text from an uploader or a guest, and no address with a secret. */
export type SpanFacts = {
  imageId?: string | undefined;
  runId?: string | undefined;
  /** Name of the activity. */
  step?: string;
  /** The fence, as in the lines of the logs. */
  attempt?: number | undefined;
  /** Temporal's tries within the attempt, BullMQ's of a job. */
  try?: number;
  worker?: string;
  outcome?: string;
  /** Code of what was thrown. */
  error?: string;
  method?: string;
  /** The pattern that matched. */
  route?: string;
  status?: number;
};

export type SpanStart = {
  kind: 'server' | 'consumer' | 'client' | 'internal';
  /** A span of another process; without one, the span that is active here. Without either, a new trace starts. */
  parent?: Traceparent | null;
  facts: SpanFacts;
};

export interface OpenSpan {
  /** Runs the work inside this span: new spans become its children, and its lines in the logs name it. */
  within<Result>(work: () => Result): Result;
  end(facts: SpanFacts, how?: 'well' | 'failed'): void;
}

/** A span that gets its name before its end is known, and perhaps ends in another process; meanwhile its children can refer to it. */
export type AnnouncedSpan = { self: Traceparent; parent?: Traceparent };

type EndedSpan = { name: string; since: Date; facts: SpanFacts; how: 'well' | 'failed' };

export interface Traces {
  /** The active span. */
  current(): Traceparent | undefined;
  /** The ids that connect a line of a log with this span. */
  logNames(): { trace_id?: string; span_id?: string };
  begin(name: string, start: SpanStart): OpenSpan;
  /** A child of the active span. Undefined while nothing is traced. */
  announce(name: string): AnnouncedSpan | undefined;
  /** Tells about an announced span, from `since` until now. */
  ended(announced: AnnouncedSpan, span: EndedSpan): void;
}
