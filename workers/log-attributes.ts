import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { type LogNames, toLogNames } from '../shared/telemetry/log-names.ts';

/** Lines about an activity, ours and Temporal's, name image, run and attempt; `try` counts Temporal's tries within the attempt. */
export const activityLogAttributes: ActivityInterceptorsFactory = ({ info }) => {
  let names: LogNames = {};
  return {
    inbound: {
      execute: (input, next) => {
        names = toLogNames(input.args[0]);
        return next(input);
      },
    },
    outbound: {
      getLogAttributes: ({ attempt: _tries, ...attributes }, next) =>
        next({ ...attributes, try: info.attempt, ...names }),
    },
  };
};
