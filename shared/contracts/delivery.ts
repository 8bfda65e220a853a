import { z } from 'zod';

/** How operators name a place that published images go to. */
export const TargetName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,62}$/,
    'The name of a target must have 1 to 63 characters from a-z, 0-9 and "-", and start with a letter or digit.',
  );

const deliveryStatuses = ['queued', 'running', 'done', 'failed', 'cancelled'] as const;
export const DeliveryStatus = z.enum(deliveryStatuses);
export type DeliveryStatus = z.infer<typeof DeliveryStatus>;

/** One published image to one target; each new request has a new number. Holds only names, because it is in Temporal's history. */
export type DeliveryOrder = { deliveryId: string; number: number; imageId: string; projectId: string; target: string };
