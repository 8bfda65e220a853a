import type { Attributes } from '@opentelemetry/api';
import type { SpanFacts } from '../../shared/ports/traces.ts';

/** Names of https://opentelemetry.io/docs/specs/semconv/ where it has one. */
const names: Record<keyof SpanFacts, string> = {
  imageId: 'bootready.image.id',
  runId: 'bootready.run.id',
  step: 'bootready.step',
  attempt: 'bootready.attempt',
  try: 'bootready.try',
  worker: 'bootready.worker',
  outcome: 'bootready.outcome',
  error: 'error.type',
  method: 'http.request.method',
  route: 'http.route',
  status: 'http.response.status_code',
};

export function toAttributes(facts: SpanFacts): Attributes {
  return Object.fromEntries(Object.entries(facts).map(([fact, value]) => [names[fact as keyof SpanFacts], value]));
}
