import { expect, test } from 'vitest';
import { guestChecks } from '../../shared/checks/guest/checks.ts';
import { areaOf } from './check-areas.ts';

test.each([
  ['cloud-init-installed', 'areaCloudInit'],
  ['windows-cloudbase-init', 'areaCloudInit'],
  ['clone-cloud-init', 'areaCloning'],
  ['virtio-net', 'areaDrivers'],
  ['windows-disk-driver-at-boot', 'areaDrivers'],
  ['network-static', 'areaNetwork'],
  ['kernel-root-there', 'areaStart'],
  ['operating-system', 'system'],
] as const)('%s is about %s', (code, area) => {
  expect(areaOf({ code, step: 'inspect' })).toBe(area);
});

test('a step of its own counts more than a code', () => {
  expect([
    areaOf({ code: 'boot-timeout', step: 'boot-check' }),
    areaOf({ code: 'format', step: 'admit' }),
    areaOf({ code: 'conversion-failed', step: 'convert' }),
  ]).toEqual(['stepBootCheck', 'file', 'file']);
});

test('no area has most of the checks: a list of them would be as long as before', () => {
  const areas = guestChecks.map(({ code }) => areaOf({ code, step: 'inspect' }));
  for (const area of new Set(areas))
    expect([area, areas.filter((each) => each === area).length / areas.length < 0.4]).toEqual([area, true]);
});
