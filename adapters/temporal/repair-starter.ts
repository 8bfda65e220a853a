import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import {
  type RepairImageInput,
  repairImageType,
  repairWorkflowIdOf,
  searchAttribute,
  sharedTaskQueue,
} from '../../shared/contracts/workflow.ts';
import type { RepairStarter } from '../../shared/ports/repairs.ts';
import { temporalUnavailable } from './connect.ts';
import type { RunTimings } from './run-starter.ts';

export const createRepairStarter =
  (client: Client, timings: RunTimings): RepairStarter =>
  async ({ imageId, projectId, name }) => {
    const input: RepairImageInput = { imageId, ...timings };
    try {
      await client.withDeadline(Date.now() + 10_000, () =>
        client.workflow.start(repairImageType, {
          workflowId: repairWorkflowIdOf(imageId),
          taskQueue: sharedTaskQueue,
          args: [input],
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          workflowIdConflictPolicy: 'FAIL',
          staticSummary: `Repair: ${name.replaceAll(/[^\p{L}\p{N} ._-]/gu, ' ').slice(0, 120)} (project ${projectId})`,
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
  };
