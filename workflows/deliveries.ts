import { defineSearchAttributeKey, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild, WorkflowIdReusePolicy } from '@temporalio/workflow';
import type { DeliveryOrder } from '../shared/contracts/delivery.ts';
import {
  type DeliverImageInput,
  deliverImageType,
  makeDeliveryWorkflowId,
  searchAttribute,
  type Timings,
} from '../shared/contracts/workflow.ts';

/**
 * Each goes its own way: the run has ended, and nothing of it waits or fails for them. One that is not started here, the sweep starts.
 * @param orders undefined in the histories of runs that were published before there were targets
 */
export async function startDeliveries(
  { heartbeatSeconds, claimSeconds, stepHours }: Timings,
  orders: readonly DeliveryOrder[] | undefined,
): Promise<void> {
  for (const order of orders ?? []) {
    const input: DeliverImageInput = { order, heartbeatSeconds, claimSeconds, stepHours };
    try {
      await startChild(deliverImageType, {
        workflowId: makeDeliveryWorkflowId(order),
        args: [input],
        parentClosePolicy: ParentClosePolicy.ABANDON,
        // Rejects a duplicate even if the first workflow has already ended.
        workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
        staticSummary: `Delivery to ${order.target}`,
        typedSearchAttributes: [
          { key: defineSearchAttributeKey(searchAttribute.imageId, 'KEYWORD'), value: order.imageId },
          { key: defineSearchAttributeKey(searchAttribute.project, 'KEYWORD'), value: order.projectId },
        ],
      });
    } catch (error) {
      // The sweep was faster.
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }
}
