import { z } from 'zod';

/** The progress of making an image's bytes. `handed-over`: the bytes are an upload, and the image's run shows the rest. */
export const OrderStatus = z.enum(['queued', 'running', 'handed-over', 'failed', 'cancelled']);
export type OrderStatus = z.infer<typeof OrderStatus>;
