import { expect, test } from 'vitest';
import { imageProperties, minimumDisk } from './image-properties.ts';

test('a Linux that boots both ways leaves the firmware to the platform', () => {
  expect(
    imageProperties({
      osType: 'linux',
      osDistro: 'debian',
      osVersion: '12.15',
      architecture: 'x86_64',
      firmware: ['bios', 'uefi'],
      guestAgent: true,
    }),
  ).toEqual({
    os_type: 'linux',
    os_distro: 'debian',
    os_version: '12.15',
    architecture: 'x86_64',
    hw_disk_bus: 'virtio',
    hw_vif_model: 'virtio',
    hw_qemu_guest_agent: 'yes',
  });
});

test('only UEFI, and names that libguestfs has of its own', () => {
  expect(
    imageProperties({ osType: 'linux', osDistro: 'rockylinux', architecture: 'x86_64', firmware: ['uefi'] }),
  ).toMatchObject({
    os_distro: 'rocky',
    hw_firmware_type: 'uefi',
    hw_machine_type: 'q35',
  });
});

test('Windows gets no device that its drivers may not know, and nothing is made up', () => {
  expect(imageProperties({ osType: 'windows', firmware: ['bios'] })).toEqual({
    os_type: 'windows',
    hw_firmware_type: 'bios',
  });
  expect(imageProperties({ osDistro: 'unknown' })).toEqual({});
});

test('disks are counted in whole GiB, upwards', () => {
  expect([1, 1024 ** 3, 1024 ** 3 + 1].map(minimumDisk)).toEqual([1, 1, 2]);
});
