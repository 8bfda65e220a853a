import { constants, copyFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { remediesFor } from '../../shared/remedies/remedies.ts';
import { guestImages } from '../support/guest-images.ts';
import { boot, inspect, mend } from '../support/step-functions.ts';

/** A remedy that fetches packages: from the real archive, through the proxy, into the guest. */

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'repair-packages-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

test('a system without cloud-init gets it from its own package sources, and starts as an instance', async () => {
  const path = join(dir, 'disk.raw');
  copyFileSync((await guestImages())['no-cloud-init'], path, constants.COPYFILE_FICLONE);
  const virtualSize = statSync(path).size;
  const before = await inspect(path);
  const remedies = remediesFor(before.findings, before.guest).filter((remedy) => 'needsPackages' in remedy);
  expect(remedies.map(({ code }) => code)).toEqual(['install-cloud-init']);

  const changes = await mend(path, remedies, ['deb.debian.org', 'security.debian.org']);
  expect(changes).toEqual([{ remedy: 'install-cloud-init', changes: ['installed cloud-init'] }]);

  const { findings, guest } = await inspect(path);
  expect(findings.filter(({ outcome }) => outcome === 'fail')).toEqual([]);
  for (const code of ['cloud-init-installed', 'cloud-init-enabled']) {
    expect(findings).toContainEqual(expect.objectContaining({ code, outcome: 'pass' }));
  }
  expect((await boot({ path, virtualSize, guest })).findings.map(({ code, outcome }) => [code, outcome])).toEqual([
    ['boot-reached-cloud-init', 'pass'],
    ['boot-seed-applied', 'pass'],
    ['boot-network-device', 'pass'],
  ]);
});
