import { z } from 'zod';

/** How far the making of an image's bytes is. `handed-over`: they are an upload, and the run of the image tells the rest. */
export const OrderStatus = z.enum(['queued', 'running', 'handed-over', 'failed', 'cancelled']);
export type OrderStatus = z.infer<typeof OrderStatus>;
