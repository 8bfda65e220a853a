import type { WorkflowInterceptors } from '@temporalio/workflow';
import { type LogNames, toLogNames } from '../shared/telemetry/log-names.ts';

/** Lines about a workflow name its image and run. It touches no history: a replay sees the same workflow with and without it. */
export function interceptors(): WorkflowInterceptors {
  let names: LogNames = {};
  return {
    inbound: [
      {
        execute: (input, next) => {
          names = toLogNames(input.args[0]);
          return next(input);
        },
      },
    ],
    outbound: [{ getLogAttributes: (attributes, next) => next({ ...attributes, ...names }) }],
  };
}
