import type { SpanContext } from '@opentelemetry/api';
import { type IdGenerator, RandomIdGenerator } from '@opentelemetry/sdk-trace';

/** Makes random ids; an announced span keeps the ids of its announcement. */
export type Ids = IdGenerator & { given<Result>(ids: SpanContext, begin: () => Result): Result };

export function createIds(): Ids {
  const random = new RandomIdGenerator();
  let next: SpanContext | undefined;
  return {
    generateTraceId: () => next?.traceId ?? random.generateTraceId(),
    generateSpanId: () => next?.spanId ?? random.generateSpanId(),
    // A span asks for its ids before `startSpan` returns.
    given: (ids, begin) => {
      next = ids;
      try {
        return begin();
      } finally {
        next = undefined;
      }
    },
  };
}
