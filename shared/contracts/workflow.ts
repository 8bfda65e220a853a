import type { DeliveryOrder } from './delivery.ts';

/** How a run's workflow is named, started and found; shared by those who start it and those who run it. */
export const sharedTaskQueue = 'bootready';

/**
 * Task queues beside the shared one. Each has a different reason to wait: `admit` for any worker that can admit an upload; `begin` for a worker with room;
 * `begin-first` for the same, but only for projects that have no image there yet; `fetch` for a worker that can download one more image; `deliver` for a turn
 * at the targets. A task on these queues belongs to no worker yet. So it is not lost with a worker, and Temporal does not give it up.
 */
export const queuesBeside = ['admit', 'begin', 'begin-first', 'fetch', 'deliver'] as const;
export type QueueBeside = (typeof queuesBeside)[number];
export function queueBeside(taskQueue: string, which: QueueBeside): string {
  return `${taskQueue}-${which}`;
}
export const processImageType = 'processImage';
export const repairImageType = 'repairImage';
export const downloadImageType = 'downloadImage';
export const deliverImageType = 'deliverImage';

/** Deterministic: two notifications of one upload name the same workflow. */
export function makeWorkflowId(imageId: string, runNumber: number): string {
  return `image-${imageId}-run-${runNumber}`;
}

/** One repair makes one image. */
export function makeRepairWorkflowId(imageId: string): string {
  return `repair-${imageId}`;
}

/** One download makes one image; when it has failed, it may be tried again. */
export function makeDownloadWorkflowId(imageId: string): string {
  return `download-${imageId}`;
}

/** A separate id for each request of a delivery. */
export function makeDeliveryWorkflowId({ deliveryId, number }: DeliveryOrder): string {
  return `delivery-${deliveryId}-${number}`;
}

/** Custom search attributes, all Keyword; `bootready migrate` registers them. */
export const searchAttribute = {
  imageId: 'BootreadyImageId',
  project: 'BootreadyProject',
  step: 'BootreadyStep',
  format: 'BootreadyFormat',
} as const;
export const searchAttributes = Object.values(searchAttribute);

/** A Temporal header: the span that a workflow was announced by (shared/ports/traces.ts). */
export const traceHeader = 'bootready-trace';

/** Liveness limits of the installation; part of the input so that replay sees the same. */
export type Timings = { heartbeatSeconds: number; claimSeconds: number; stepHours: number };

export type ProcessImageInput = { imageId: string; runId: string } & Timings;

/** `imageId` is the image that is made. */
export type RepairImageInput = { imageId: string } & Timings;

/** `imageId` is the image whose bytes are fetched. */
export type DownloadImageInput = { imageId: string } & Timings;

export type DeliverImageInput = { order: DeliveryOrder } & Timings;
