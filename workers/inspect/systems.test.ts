import { expect, test } from 'vitest';
import { systemsAmong } from './systems.ts';

function volume(device: string) {
  return { device, type: 'btrfs' };
}

test.each([
  ['plain', ['/dev/sda1'], ['/dev/sda1'], ['/dev/sda1']],
  [
    // openSUSE: the default subvolume is a snapshot itself.
    'snapper',
    ['/dev/sda2', 'btrfsvol:/dev/sda2/@/.snapshots/2/snapshot', 'btrfsvol:/dev/sda2/@/.snapshots/3/snapshot'],
    ['/dev/sda2'],
    ['/dev/sda2'],
  ],
  [
    'Timeshift, and a root that the kernel is told',
    ['btrfsvol:/dev/sda2/timeshift-btrfs/snapshots/2024-01-01/@', 'btrfsvol:/dev/sda2/@'],
    ['/dev/sda2'],
    ['btrfsvol:/dev/sda2/@'],
  ],
  [
    'on a logical volume',
    ['btrfsvol:/dev/vg/root/@', 'btrfsvol:/dev/vg/root/@/.snapshots/1/snapshot'],
    ['/dev/vg/root'],
    ['btrfsvol:/dev/vg/root/@'],
  ],
  [
    'two of them',
    ['/dev/sda1', 'btrfsvol:/dev/sda2/@'],
    ['/dev/sda1', '/dev/sda2'],
    ['/dev/sda1', 'btrfsvol:/dev/sda2/@'],
  ],
  [
    'volumes that were not seen',
    ['btrfsvol:/dev/sda2/@', 'btrfsvol:/dev/sda2/@snapshots/1'],
    [],
    ['btrfsvol:/dev/sda2/@'],
  ],
])('the systems of a disk: %s', (_, roots, devices, expected) => {
  expect(systemsAmong(roots, devices.map(volume))).toEqual(expected);
});
