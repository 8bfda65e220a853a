import { ApplicationFailure, defaultPayloadConverter, type Payload } from '@temporalio/common';
import type { ActivityInterceptorsFactory, InjectedSinks } from '@temporalio/worker';
import { traceHeader } from '../shared/contracts/workflow.ts';
import type { AnnouncedSpan, Traces } from '../shared/ports/traces.ts';
import { inSpan } from '../shared/telemetry/in-span.ts';
import { toLogNames } from '../shared/telemetry/log-names.ts';
import type { TraceSinks } from '../workflows/carry-trace.ts';
import { toOutcome } from './measure.ts';

function announcedBy(payload: Payload): AnnouncedSpan {
  return defaultPayloadConverter.fromPayload<AnnouncedSpan>(payload);
}

/** Makes a span for each attempt at an activity, as a child of its workflow's span. Work that started without tracing is not traced. */
export function traceActivities(traces: Traces, worker: string): ActivityInterceptorsFactory {
  return ({ info }) => ({
    inbound: {
      execute: (input, next) => {
        const header = input.headers[traceHeader];
        if (!header) return next(input);
        const { image_id: imageId, run_id: runId, attempt } = toLogNames(input.args[0]);
        const step = info.activityType;
        const facts = { imageId, runId, attempt, step, try: info.attempt, worker };
        return inSpan(
          traces,
          { name: step, kind: 'consumer', parent: announcedBy(header).self, facts },
          () => next(input),
          {
            result: () => ({ outcome: 'done' }),
            error: (error) => {
              const type = error instanceof ApplicationFailure ? error.type : undefined;
              return { outcome: toOutcome(error), ...(type ? { error: type } : {}) };
            },
          },
        );
      },
    },
  });
}

/** Hears of workflows that have ended: each is one span, from its start until then. */
export function traceEnds(traces: Traces): InjectedSinks<TraceSinks> {
  return {
    traces: {
      ended: {
        fn: ({ workflowType: name, startTime: since }, span, { image_id: imageId, run_id: runId }, outcome) =>
          traces.ended(announcedBy(span), {
            ...{ name, since },
            facts: { imageId, runId, outcome },
            how: outcome === 'failed' ? 'failed' : 'well',
          }),
      },
    },
  };
}
