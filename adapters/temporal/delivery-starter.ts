import type { Client } from '@temporalio/client';
import {
  type DeliverImageInput,
  deliverImageType,
  makeDeliveryWorkflowId,
  type Timings,
} from '../../shared/contracts/workflow.ts';
import type { DeliveryStarter } from '../../shared/ports/deliveries.ts';
import { startOnce } from './start-once.ts';

export function createDeliveryStarter(client: Client, timings: Timings): DeliveryStarter {
  return (order) => {
    const { imageId, projectId, target } = order;
    const input: DeliverImageInput = { order, ...timings };
    return startOnce(client, {
      type: deliverImageType,
      workflowId: makeDeliveryWorkflowId(order),
      input,
      imageId,
      projectId,
      starts: 'once',
      summary: `Delivery to ${target}`,
    });
  };
}
