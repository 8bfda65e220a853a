import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openForeignDoor } from '../../adapters/foreign/door.ts';
import { layout } from '../../dev/sample/disk.ts';
import { cacheDir } from '../../dev/stack/tool-path.ts';
import { isOfIdentity } from '../../shared/checks/guest/identity.ts';
import { decide } from '../../shared/checks/verdict.ts';
import { inspectDisk } from '../../workers/activities/inspect.ts';
import { guestImages } from '../support/guest-images.ts';
import { boot } from '../support/step-functions.ts';

/** A backup keeps its identity: it is asked whether it starts, and not whether it is clean; a template is asked both. */

test.each([
  ['a backup', true],
  ['a template', false],
])('%s', async (_what, isBackup) => {
  const dir = await mkdtemp(join(tmpdir(), 'snapshot-'));
  try {
    const { findings } = await inspectDisk(
      { cacheDir: cacheDir(), foreign: openForeignDoor() },
      { path: (await guestImages()).good, format: 'raw', scratchDir: dir, isBackup },
      { signal: new AbortController().signal, progress: () => undefined },
    );
    const codes = findings.map(({ code }) => code);
    expect(codes).toContain('operating-system');
    expect(codes.some(isOfIdentity)).toBe(!isBackup);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

test('a backup without cloud-init starts, and is published with a warning', async () => {
  const path = (await guestImages())['no-cloud-init'];
  const dir = await mkdtemp(join(tmpdir(), 'snapshot-'));
  try {
    const { findings, guest } = await inspectDisk(
      { cacheDir: cacheDir(), foreign: openForeignDoor() },
      { path, format: 'raw', scratchDir: dir, isBackup: true },
      { signal: new AbortController().signal, progress: () => undefined },
    );
    expect(findings).toContainEqual(expect.objectContaining({ code: 'cloud-init-installed', outcome: 'warn' }));
    const check = await boot({
      path,
      virtualSize: layout.disk * 1024 ** 2,
      guest,
      isBackup: true,
      seconds: { kvm: 120, tcg: 300 },
    });
    expect(check.findings.map(({ code, outcome }) => `${code} ${outcome}`)).toEqual(['boot-cloud-init-silent warn']);
    expect(decide([...findings, ...check.findings], 'enforce')).toBe('publish-with-warnings');
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
