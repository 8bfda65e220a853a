import type { Snapshot, SnapshotKind } from './contracts/snapshot.ts';

/** What says of an image that it is a snapshot: properties by the names that Nova gives them, and one of our own for its kind. */
export function snapshotProperties({ kind, baseImageId, instanceId }: Snapshot): Record<string, string> {
  return {
    image_type: 'snapshot',
    snapshot_kind: kind satisfies SnapshotKind,
    ...(baseImageId ? { base_image_ref: baseImageId } : {}),
    ...(instanceId ? { instance_uuid: instanceId } : {}),
  };
}

/** Whether it must stay what it is. Nova calls what `openstack server backup create` makes a type of its own. */
export function isBackup({ image_type, snapshot_kind }: Readonly<Record<string, string>>): boolean {
  return image_type === 'backup' || (image_type === 'snapshot' && snapshot_kind === ('backup' satisfies SnapshotKind));
}
