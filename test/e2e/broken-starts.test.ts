import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SampleImages } from '../../dev/sample/build.ts';
import { layout } from '../../dev/sample/disk.ts';
import { brokenStarts } from '../images/broken-starts.ts';
import { editDisk } from '../images/edit.ts';
import { guestImages } from '../support/guest-images.ts';
import { boot } from '../support/step-functions.ts';

/** Why an image does not start is told by its console: each way of being broken, on the real thing, has a name of its own. */

let samples: SampleImages;
let dir: string;
beforeAll(async () => {
  samples = await guestImages();
  dir = await mkdtemp(join(tmpdir(), 'broken-starts-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

// Most of it is waiting: two at a time (vitest.config.ts).
describe.concurrent('the boot check names', () => {
  test.each(Object.entries(brokenStarts))('%s', async (name, { edits, found, from = 'good', firmware, seconds }) => {
    const folder = await mkdtemp(join(dir, 'disk-'));
    const path = join(folder, 'disk.raw');
    execFileSync('cp', ['--sparse=always', samples[from], path]);
    editDisk(path, edits);
    const cloudInit = from === 'no-cloud-init' ? {} : { cloudInit: '22.4.2' };
    const check = await boot({
      path,
      virtualSize: layout.disk * 1024 ** 2,
      guest: { osType: 'linux', architecture: 'x86_64', firmware: [firmware ?? 'bios'], ...cloudInit },
      seconds: { kvm: seconds ?? 120, tcg: seconds ?? 300 },
    });
    await rm(folder, { recursive: true });
    process.stderr.write(`${name}: ${check.boot?.seconds} s (${check.boot?.accelerator})\n`);
    expect(
      check.findings.map(({ code, outcome }) => `${code} ${outcome}`),
      check.console.slice(-2000),
    ).toEqual(found);
    // Waiting ends with the boot, not when the time is over.
    if (seconds === undefined) expect(check.boot?.seconds).toBeLessThan(250);
  });
});
