import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openForeignDoor } from '../../adapters/foreign/door.ts';
import { cacheDir } from '../../dev/stack/tool-path.ts';
import { isOfIdentity } from '../../shared/checks/guest/identity.ts';
import { inspectDisk } from '../../workers/activities/inspect.ts';
import { guestImages } from '../support/guest-images.ts';

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
