import { expect, test } from 'vitest';
import { newBootSeed } from './boot-machine.ts';

test.each([
  ['a Linux', { osType: 'linux', architecture: 'x86_64' }, 'linux'],
  ['a Windows', { osType: 'windows', architecture: 'x86_64' }, 'windows'],
  ['a disk that could not be read here', { mayHoldSystem: true }, 'linux'],
  ['a Windows whose volume could not be read here', { mayHoldSystem: true, storage: ['ntfs'] }, 'windows'],
  ['a data disk', {}, undefined],
  ['another processor', { osType: 'linux', architecture: 'aarch64' }, undefined],
  ['another system', { osType: 'freebsd', architecture: 'x86_64' }, undefined],
])('the boot check tries %s', (_, guest, system) => {
  expect(newBootSeed(guest)?.system).toBe(system);
});
