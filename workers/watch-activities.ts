import { ApplicationFailure, defaultPayloadConverter, type Payload } from '@temporalio/common';
import type { ActivityInterceptorsFactory, InjectedSinks } from '@temporalio/worker';
import { traceHeader } from '../shared/contracts/workflow.ts';
import type { StepMeter } from '../shared/ports/meters.ts';
import type { AnnouncedSpan, Traces } from '../shared/ports/traces.ts';
import { inSpan } from '../shared/telemetry/in-span.ts';
import { type LogNames, toLogNames } from '../shared/telemetry/log-names.ts';
import type { TraceSinks } from '../workflows/carry-trace.ts';
import { measureActivity, toOutcome } from './measure.ts';

function readAnnouncedSpan(payload: Payload): AnnouncedSpan {
  return defaultPayloadConverter.fromPayload<AnnouncedSpan>(payload);
}

/**
 * The view of operators on each attempt at an activity: its time and result as metrics; a span, as a child of its workflow's span, unless the work started
 * without tracing; and the ids of image, run and attempt in its log lines, ours and Temporal's (`try` counts Temporal's tries within the attempt).
 */
export function watchActivities({
  traces,
  meter,
  worker,
}: {
  traces: Traces;
  meter: StepMeter;
  worker: string;
}): ActivityInterceptorsFactory {
  return ({ info }) => {
    let names: LogNames = {};
    return {
      inbound: {
        execute: (input, next) => {
          names = toLogNames(input.args[0]);
          const step = info.activityType;
          const work = () => measureActivity(meter, step, input.args[0], next(input));
          const header = input.headers[traceHeader];
          if (!header) return work();
          const { image_id: imageId, run_id: runId, attempt } = names;
          const facts = { imageId, runId, attempt, step, try: info.attempt, worker };
          const span = { name: step, kind: 'consumer', parent: readAnnouncedSpan(header).self, facts } as const;
          return inSpan(traces, span, work, {
            result: () => ({ outcome: 'done' }),
            error: (error) => {
              const type = error instanceof ApplicationFailure ? error.type : undefined;
              return { outcome: toOutcome(error), ...(type ? { error: type } : {}) };
            },
          });
        },
      },
      outbound: {
        getLogAttributes: ({ attempt: _tries, ...attributes }, next) =>
          next({ ...attributes, try: info.attempt, ...names }),
      },
    };
  };
}

/** Hears of workflows that have ended: each is one span, from its start until then. */
export function traceEnds(traces: Traces): InjectedSinks<TraceSinks> {
  return {
    traces: {
      ended: {
        fn: ({ workflowType: name, startTime: since }, span, { image_id: imageId, run_id: runId }, outcome) =>
          traces.ended(readAnnouncedSpan(span), {
            name,
            since,
            facts: { imageId, runId, outcome },
            how: outcome === 'failed' ? 'failed' : 'well',
          }),
      },
    },
  };
}
