import { expect, test } from 'vitest';
import { describeUpload } from './metadata.ts';

test('a snapshot says what it is, and what makes no sense of that is told and left out', () => {
  const id = crypto.randomUUID();
  const words = {
    'image-type': 'snapshot',
    'snapshot-kind': 'backup',
    'base-image-ref': id,
    'instance-uuid': 'server-1',
  };
  const { properties, notes } = describeUpload('demo/server.raw', words);
  expect(properties).toEqual({ image_type: 'snapshot', snapshot_kind: 'backup', base_image_ref: id });
  expect(notes).toEqual(['x-amz-meta-instance-uuid is not understood and was left out']);
  expect(describeUpload('k', { 'image-type': 'snapshot', 'snapshot-kind': 'copy' }).properties).toEqual({
    ...{ image_type: 'snapshot', snapshot_kind: 'template' },
  });
  // Its other words mean nothing without the first one.
  expect(describeUpload('k', { 'snapshot-kind': 'backup' })).toMatchObject({ properties: {}, notes: [] });
  const poster = describeUpload('k', { 'image-type': 'poster' });
  expect([poster.properties, poster.notes]).toEqual([{}, ['x-amz-meta-image-type is not understood and was left out']]);
});
