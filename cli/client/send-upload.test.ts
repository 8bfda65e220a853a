import { expect, test } from 'vitest';
import { nameOfFile } from './send-upload.ts';

test.each([
  ['/x/debian-12.qcow2', 'debian-12'],
  ['disk.raw.xz', 'disk'],
  ['ubuntu 24.04.IMG', 'ubuntu 24.04'],
  ['archive.tar.gz', 'archive.tar'],
  ['.raw', '.raw'],
  ['v1.2', 'v1.2'],
])('an image of the file %s is called %s', (file, name) => {
  expect(nameOfFile(file)).toBe(name);
});
