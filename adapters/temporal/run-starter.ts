import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import type { Config } from '../../shared/config.ts';
import {
  type ProcessImageInput,
  processImageType,
  searchAttribute,
  sharedTaskQueue,
  type Timings,
} from '../../shared/contracts/workflow.ts';
import type { RunStarter } from '../../shared/ports/run-starter.ts';
import { temporalUnavailable } from './connect.ts';

/** Liveness limits of the installation: shared/config.ts. */
export type RunTimings = Timings;

export const runTimingsOf = (config: Config): RunTimings => ({
  heartbeatSeconds: config.HEARTBEAT_SECONDS,
  claimSeconds: config.CLAIM_SECONDS,
  stepHours: config.STEP_HOURS,
});

export const createRunStarter = (client: Client, timings: RunTimings): RunStarter => ({
  start: async ({ workflowId, imageId, runId, projectId, name }) => {
    const input: ProcessImageInput = { imageId, runId, ...timings };
    try {
      await client.withDeadline(Date.now() + 10_000, () =>
        client.workflow.start(processImageType, {
          workflowId,
          taskQueue: sharedTaskQueue,
          args: [input],
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          workflowIdConflictPolicy: 'FAIL',
          // Names are the uploader's text: one line, plain.
          staticSummary: `${name.replaceAll(/[^\p{L}\p{N} ._-]/gu, ' ').slice(0, 120)} (project ${projectId})`,
          memo: { imageId, runId, projectId },
          typedSearchAttributes: new TypedSearchAttributes([
            { key: defineSearchAttributeKey(searchAttribute.imageId, 'KEYWORD'), value: imageId },
            { key: defineSearchAttributeKey(searchAttribute.project, 'KEYWORD'), value: projectId },
          ]),
        }),
      );
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return;
      throw temporalUnavailable(error);
    }
  },

  cancel: async (workflowId) => {
    try {
      await client.withDeadline(Date.now() + 10_000, () => client.workflow.getHandle(workflowId).cancel());
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return;
      throw temporalUnavailable(error);
    }
  },
});
