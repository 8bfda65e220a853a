import { isBootreadyError } from '../errors.ts';
import type { SpanFacts, SpanStart, Traces } from '../ports/traces.ts';

/** Describes an error by its code, because its message may contain an uploader's text. */
function ofError(error: unknown): SpanFacts {
  return {
    outcome: 'failed',
    error: isBootreadyError(error) ? error.code : 'internal',
  };
}

/** Runs the work as one span. `told` turns its result, or its error, into facts of the span. Only the outcome `failed` marks the span as failed. */
export async function inSpan<Result>(
  traces: Pick<Traces, 'begin'>,
  span: SpanStart & { name: string },
  work: () => Promise<Result>,
  told: { result: (result: Result) => SpanFacts; error?: (error: unknown) => SpanFacts },
): Promise<Result> {
  const open = traces.begin(span.name, span);
  const end = (facts: SpanFacts): void => open.end(facts, facts.outcome === 'failed' ? 'failed' : 'well');
  try {
    const result = await open.within(work);
    end(told.result(result));
    return result;
  } catch (error) {
    end((told.error ?? ofError)(error));
    throw error;
  }
}
