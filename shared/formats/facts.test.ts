import { expect, test } from 'vitest';
import { stripEndings } from './facts.ts';

test.each([
  ['debian-12.qcow2', 'debian-12'],
  ['disk.raw.xz', 'disk'],
  ['ubuntu 24.04.IMG', 'ubuntu 24.04'],
  ['disk.tar.gz', 'disk'],
  ['appliance.ova', 'appliance'],
  ['mac.hds', 'mac'],
  ['.raw', '.raw'],
  ['.raw.gz', '.raw'],
  ['v1.2', 'v1.2'],
  ['', ''],
])('an image of the file "%s" is called "%s"', (fileName, name) => {
  expect(stripEndings(fileName)).toBe(name);
});
