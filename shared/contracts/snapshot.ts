import { z } from 'zod';

/**
 * `backup`: what one instance was, to bring it back, so that it must keep its identity; `template`: what many instances are made of.
 */
export const SnapshotKind = z.enum(['backup', 'template']);
export type SnapshotKind = z.infer<typeof SnapshotKind>;

/** An image that was made from an instance. */
export const Snapshot = z.strictObject({
  kind: SnapshotKind.default('template'),
  /** The image that the instance was made of. */
  baseImageId: z.uuid().optional(),
  instanceId: z.uuid().optional(),
});
export type Snapshot = z.infer<typeof Snapshot>;
