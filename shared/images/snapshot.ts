import type { Snapshot, SnapshotKind } from '../contracts/snapshot.ts';

/** Properties that mark an image as a snapshot. They have the names that Nova gives them, and the kind has a name of ours. */
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

/** Any of both, by what Nova says of it. */
export function isSnapshot({ image_type }: Readonly<Record<string, string>>): boolean {
  return image_type === 'snapshot' || image_type === 'backup';
}
