import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import {
  type DownloadImageInput,
  downloadImageType,
  downloadWorkflowIdOf,
  type RepairImageInput,
  repairImageType,
  repairWorkflowIdOf,
  searchAttribute,
  sharedTaskQueue,
} from '../../shared/contracts/workflow.ts';
import type { OrderStarter } from '../../shared/ports/orders.ts';
import { temporalUnavailable } from './connect.ts';
import type { RunTimings } from './run-starter.ts';

const kinds = {
  Repair: { type: repairImageType, workflowIdOf: repairWorkflowIdOf },
  Download: { type: downloadImageType, workflowIdOf: downloadWorkflowIdOf },
} as const;

const createOrderStarter =
  (kind: keyof typeof kinds) =>
  (client: Client, timings: RunTimings): OrderStarter =>
  async ({ imageId, projectId, name }) => {
    const { type, workflowIdOf } = kinds[kind];
    const input: RepairImageInput & DownloadImageInput = { imageId, ...timings };
    try {
      await client.withDeadline(Date.now() + 10_000, () =>
        client.workflow.start(type, {
          workflowId: workflowIdOf(imageId),
          taskQueue: sharedTaskQueue,
          args: [input],
          // An order that failed may be given again; one that was carried out is not.
          workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
          workflowIdConflictPolicy: 'FAIL',
          staticSummary: `${kind}: ${name.replaceAll(/[^\p{L}\p{N} ._-]/gu, ' ').slice(0, 120)} (project ${projectId})`,
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

export const createRepairStarter = createOrderStarter('Repair');
export const createDownloadStarter = createOrderStarter('Download');
