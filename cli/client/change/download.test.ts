import { expect, test } from 'vitest';
import { safeFileName } from './download.ts';

test.each([
  ['Debian 12.raw', 'Debian 12.raw'],
  ['../../.ssh/authorized_keys', '_.._.ssh_authorized_keys'],
  ['.bashrc', 'bashrc'],
  ['-rf.raw', 'rf.raw'],
  ['a\u001b[2J\n/b.qcow2', 'a_2J_b.qcow2'],
  ['C:\\x.raw', 'C_x.raw'],
  ['größe-日本.raw', 'größe-日本.raw'],
  ['...', 'image'],
  ['', 'image'],
])('the name %j becomes the file %s', (name, expected) => {
  expect(safeFileName(name)).toBe(expected);
});
