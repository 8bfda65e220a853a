import { expect, test } from 'vitest';
import { guestChecks } from '../checks/guest/checks.ts';
import { isOfIdentity } from '../checks/guest/identity.ts';
import { isBackup, snapshotProperties } from './snapshot.ts';

test("recognizes a snapshot by Nova's names of properties", () => {
  const [baseImageId, instanceId] = [crypto.randomUUID(), crypto.randomUUID()];
  expect(snapshotProperties({ kind: 'backup', baseImageId, instanceId })).toEqual({
    image_type: 'snapshot',
    snapshot_kind: 'backup',
    base_image_ref: baseImageId,
    instance_uuid: instanceId,
  });
  expect(snapshotProperties({ kind: 'template' })).toEqual({ image_type: 'snapshot', snapshot_kind: 'template' });
});

test.each([
  [{ image_type: 'snapshot', snapshot_kind: 'backup' }, true],
  [{ image_type: 'backup' }, true],
  [{ image_type: 'snapshot', snapshot_kind: 'template' }, false],
  [{ image_type: 'snapshot' }, false],
  [{ snapshot_kind: 'backup' }, false],
  [{}, false],
])('%j is a backup: %s', (properties, expected) => {
  expect(isBackup(properties)).toBe(expected);
});

test('the checks of identity are checks that there are, and none of whether it starts', () => {
  const codes = guestChecks.map(({ code }) => code).filter(isOfIdentity);
  expect(codes).toEqual(expect.arrayContaining(['clone-machine-id', 'clone-host-keys', 'windows-generalized']));
  expect(codes).not.toContain('virtio-block-initramfs');
});
