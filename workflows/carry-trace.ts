import type { Headers, Payload } from '@temporalio/common';
import {
  isCancellation,
  proxySinks,
  type Sinks,
  TemporalFailure,
  type WorkflowInterceptors,
} from '@temporalio/workflow';
import { traceHeader } from '../shared/contracts/workflow.ts';
import { type LogNames, toLogNames } from '../shared/telemetry/log-names.ts';

/** Where workers hear that a traced workflow has ended; `outcome` is a verdict, `done`, `failed` or `cancelled`. */
export interface TraceSinks extends Sinks {
  traces: { ended(span: Payload, names: LogNames, outcome: string): void };
}

const { traces } = proxySinks<TraceSinks>();

/**
 * Passes the span that announced the workflow to its activities, and reports the workflow's end. Headers and sinks are no commands: a replay sees the same
 * workflow with and without them.
 */
export function interceptors(): WorkflowInterceptors {
  let span: Payload | undefined;
  const addSpan = <Input extends { headers: Headers }>(input: Input): Input =>
    span ? { ...input, headers: { ...input.headers, [traceHeader]: span } } : input;
  return {
    inbound: [
      {
        execute: async (input, next) => {
          span = input.headers[traceHeader];
          if (!span) return next(input);
          const names = toLogNames(input.args[0]);
          try {
            const result = await next(input);
            traces.ended(span, names, typeof result === 'string' ? result : 'done');
            return result;
          } catch (error) {
            // Any other error fails a workflow task, not the workflow, and is tried again.
            if (error instanceof TemporalFailure)
              traces.ended(span, names, isCancellation(error) ? 'cancelled' : 'failed');
            throw error;
          }
        },
      },
    ],
    outbound: [
      {
        scheduleActivity: (input, next) => next(addSpan(input)),
        scheduleLocalActivity: (input, next) => next(addSpan(input)),
      },
    ],
  };
}
