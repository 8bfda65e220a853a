import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import {
  type DeliverImageInput,
  deliverImageType,
  deliveryWorkflowIdOf,
  searchAttribute,
  sharedTaskQueue,
  type Timings,
} from '../../shared/contracts/workflow.ts';
import type { DeliveryStarter } from '../../shared/ports/deliveries.ts';
import { temporalUnavailable } from './connect.ts';

export const createDeliveryStarter =
  (client: Client, timings: Timings): DeliveryStarter =>
  async (order) => {
    const input: DeliverImageInput = { order, ...timings };
    try {
      await client.withDeadline(Date.now() + 10_000, () =>
        client.workflow.start(deliverImageType, {
          workflowId: deliveryWorkflowIdOf(order),
          taskQueue: sharedTaskQueue,
          args: [input],
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          workflowIdConflictPolicy: 'FAIL',
          staticSummary: `Delivery to ${order.target}`,
          typedSearchAttributes: new TypedSearchAttributes([
            { key: defineSearchAttributeKey(searchAttribute.imageId, 'KEYWORD'), value: order.imageId },
            { key: defineSearchAttributeKey(searchAttribute.project, 'KEYWORD'), value: order.projectId },
          ]),
        }),
      );
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return;
      throw temporalUnavailable(error);
    }
  };
