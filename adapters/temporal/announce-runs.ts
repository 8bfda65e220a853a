import type { WorkflowClientInterceptor } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { traceHeader } from '../../shared/contracts/workflow.ts';
import type { Traces } from '../../shared/ports/traces.ts';

/** The start of a workflow is a span. It is announced here and reported by the process that sees its end (workers/traced-runs.ts). */
export function announceRuns(traces: Pick<Traces, 'announce'>): WorkflowClientInterceptor {
  return {
    startWithDetails: (input, next) => {
      const span = traces.announce(input.workflowType);
      if (!span) return next(input);
      return next({ ...input, headers: { ...input.headers, [traceHeader]: defaultPayloadConverter.toPayload(span) } });
    },
  };
}
