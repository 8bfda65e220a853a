import { expect, test } from 'vitest';
import { machineWrites } from '../../shared/limits/foreign-limits.ts';
import { roomOfLook } from './inspect.ts';

const MiB = 1024 ** 2;

test('what is promised to a look is enough for the appliance and an initramfs together', () => {
  for (const bytes of [machineWrites.inspect.least, 3000 * MiB, machineWrites.inspect.most]) {
    const { appliance, initramfs } = roomOfLook(bytes);
    expect(appliance + initramfs).toBe(bytes);
    // The largest initramfs that are known have some hundred MB in them.
    expect(initramfs).toBeGreaterThanOrEqual(512 * MiB);
    expect(initramfs).toBeLessThanOrEqual(2048 * MiB);
  }
  expect(roomOfLook(machineWrites.inspect.most)).toEqual({ appliance: 5 * 1024 * MiB, initramfs: 2 * 1024 * MiB });
});
