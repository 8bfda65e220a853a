import { afterAll, expect, test } from 'vitest';
import { openForeignDoor } from '../../adapters/foreign/door.ts';
import { watched } from '../../test/support/watched.ts';

const door = openForeignDoor();
afterAll(() => door.close());

test('what the console says is understood in the process', async () => {
  const report = '\x1b[0mbootready-report TOKEN hostname=x key=present network=eth0\r\r\n';
  const told = await watched(door, ['Linux version 6.1\n', report]);
  expect(told).toMatchObject({ state: 'done', value: { findings: [{ code: 'boot-reached-cloud-init' }, {}, {}] } });
  expect(told.state === 'done' && told.value.console).toContain('\nbootready-report');
  const late = await watched(door, ['Linux version 6.1\nKernel panic - not syncing: no\n']);
  expect(late).toMatchObject({ state: 'done', value: { findings: [{ code: 'boot-kernel-panic' }] } });
});

test('a disk that is full ends the waiting, and says nothing of the system', async () => {
  const error = (operation: string) => ({
    monitor: `${JSON.stringify({ event: 'BLOCK_IO_ERROR', data: { operation, reason: 'File too large', action: 'report' } })}\n`,
  });
  const panic = 'Linux version 6.1\nKernel panic - not syncing: no\n';
  const report = 'bootready-report TOKEN hostname=x key=present network=eth0\n';
  expect(await watched(door, [error('write')])).toMatchObject({
    value: { findings: [{ code: 'boot-disk-full', outcome: 'unknown' }] },
  });
  expect(await watched(door, [error('read'), panic])).toMatchObject({
    value: { findings: [{ code: 'boot-kernel-panic' }] },
  });
  // The system's own report counts.
  expect(await watched(door, [report, error('write')])).toMatchObject({
    value: { findings: [{ code: 'boot-reached-cloud-init', outcome: 'pass' }, {}, {}] },
  });
});
