import type { Snapshot, SnapshotKind } from './contracts/snapshot.ts';

/** What says of an image that it is a snapshot: properties by the names that Nova gives them, and one of our own for its kind. */
export const snapshotProperties = ({ kind, baseImageId, instanceId }: Snapshot): Record<string, string> => ({
  image_type: 'snapshot',
  snapshot_kind: kind satisfies SnapshotKind,
  ...(baseImageId ? { base_image_ref: baseImageId } : {}),
  ...(instanceId ? { instance_uuid: instanceId } : {}),
});

/** Whether it must stay what it is. Nova calls what `openstack server backup create` makes a type of its own. */
export const isBackup = ({ image_type, snapshot_kind }: Readonly<Record<string, string>>): boolean =>
  image_type === 'backup' || (image_type === 'snapshot' && snapshot_kind === ('backup' satisfies SnapshotKind));
