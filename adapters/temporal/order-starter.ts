import type { Client } from '@temporalio/client';
import {
  type DownloadImageInput,
  downloadImageType,
  makeDownloadWorkflowId,
  makeRepairWorkflowId,
  type RepairImageInput,
  repairImageType,
  type Timings,
} from '../../shared/contracts/workflow.ts';
import type { OrderStarter } from '../../shared/ports/orders.ts';
import { plain, startOnce } from './start-once.ts';

const kinds = {
  Repair: { type: repairImageType, makeWorkflowId: makeRepairWorkflowId },
  Download: { type: downloadImageType, makeWorkflowId: makeDownloadWorkflowId },
} as const;

function createOrderStarter(kind: keyof typeof kinds) {
  return (client: Client, timings: Timings): OrderStarter =>
    ({ imageId, projectId, name }) => {
      const { type, makeWorkflowId } = kinds[kind];
      const input: RepairImageInput & DownloadImageInput = { imageId, ...timings };
      return startOnce(client, {
        type,
        workflowId: makeWorkflowId(imageId),
        input,
        imageId,
        projectId,
        // A failed order may start again; a completed one may not.
        starts: 'again-when-failed',
        summary: `${kind}: ${plain(name)} (project ${projectId})`,
      });
    };
}

export const createRepairStarter = createOrderStarter('Repair');
export const createDownloadStarter = createOrderStarter('Download');
