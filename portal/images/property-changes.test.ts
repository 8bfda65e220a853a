import { expect, test } from 'vitest';
import { isComplete, listProperties, splitTags, toChanges } from './property-changes.ts';

const before = { os_distro: 'debian', hw_disk_bus: 'virtio', note: 'x' };

test('only differences are sent, and removed properties as null', () => {
  expect(toChanges(before, listProperties(before))).toEqual({});
  const [bus, note, distro] = listProperties(before);
  if (!bus || !note || !distro) throw new Error('three lines');
  expect(toChanges(before, [bus, { ...distro, value: 'ubuntu' }, { id: 'n', name: ' new ', value: '' }])).toEqual({
    note: null,
    os_distro: 'ubuntu',
    new: '',
  });
  expect(toChanges(before, [bus, distro, { ...note, name: 'remark' }])).toEqual({ note: null, remark: 'x' });
});

test('a name must be there, once', () => {
  const line = (name: string) => ({ id: name, name, value: '' });
  expect([isComplete([]), isComplete([line('a'), line('b')])]).toEqual([true, true]);
  expect([isComplete([line(' ')]), isComplete([line('a'), line('a ')])]).toEqual([false, false]);
});

test('tags are split at commas, each once', () => {
  expect(splitTags(' web, db,web ,, ')).toEqual(['web', 'db']);
  expect(splitTags('')).toEqual([]);
});
