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
