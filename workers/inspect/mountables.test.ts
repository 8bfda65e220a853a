import { expect, test } from 'vitest';
import { findRoots, mountPoints } from './mountables.ts';

function answering(...lines: string[]) {
  return { ask: async () => lines } as unknown as Parameters<typeof findRoots>[0];
}

test('the disk of the image is /dev/sda, also inside the name of a subvolume', async () => {
  expect(await findRoots(answering('btrfsvol:/dev/sdb3/@', '/dev/sda1'))).toEqual([
    'btrfsvol:/dev/sda3/@',
    '/dev/sda1',
  ]);
});

test('a subvolume that fstab names from the top of its filesystem has a name that can be mounted', async () => {
  const points = await mountPoints(
    answering(
      '/.snapshots: btrfsvol:/dev/sdb3//@/.snapshots',
      '/: btrfsvol:/dev/sdb3//@',
      '/data: btrfsvol:/dev/vg/lv//x/y',
    ),
    '/dev/sda3',
  );
  expect(points).toEqual([
    ['/', 'btrfsvol:/dev/sda3/@'],
    ['/data', 'btrfsvol:/dev/vg/lv/x/y'],
    ['/.snapshots', 'btrfsvol:/dev/sda3/@/.snapshots'],
  ]);
});
