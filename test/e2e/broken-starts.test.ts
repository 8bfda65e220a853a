import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SampleImages } from '../../dev/sample/build.ts';
import { layout } from '../../dev/sample/disk.ts';
import { bootCheck } from '../../workers/activities/boot-check.ts';
import { brokenStarts } from '../images/broken-starts.ts';
import { editDisk } from '../images/edit.ts';
import { guestImages } from '../support/guest-images.ts';

/** Why an image does not start is told by its console: each way of being broken, on the real thing, has a name of its own. */

let samples: SampleImages;
let dir: string;
beforeAll(async () => {
  samples = await guestImages();
  dir = await mkdtemp(join(tmpdir(), 'broken-starts-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

// Most of it is waiting: two at a time (vitest.config.ts).
describe.concurrent('the boot check says what is broken', () => {
  test.each(Object.entries(brokenStarts))('%s', async (_name, { failure, edits, from = 'good', firmware, seconds }) => {
    const scratchDir = await mkdtemp(join(dir, 'disk-'));
    const path = join(scratchDir, 'disk.raw');
    execFileSync('cp', ['--sparse=always', samples[from], path]);
    editDisk(path, edits, scratchDir);
    const kept: string[] = [];
    const { findings, boot } = await bootCheck(
      {
        disk: { path, format: 'raw', virtualSize: layout.disk * 1024 ** 2 },
        guest: {
          osType: 'linux',
          architecture: 'x86_64',
          firmware: [firmware ?? 'bios'],
          ...(from === 'no-cloud-init' ? {} : { cloudInit: '22.4.2' }),
        },
        policy: 'require',
        scratchDir,
        seconds: { kvm: seconds ?? 120, tcg: seconds ?? 300 },
        keep: async (name) => {
          kept.push(name);
          return { bucket: 'images', key: name };
        },
      },
      { signal: new AbortController().signal, progress: () => undefined },
    );
    process.stderr.write(`${failure}: ${boot?.seconds} s (${boot?.accelerator})\n`);
    await rm(scratchDir, { recursive: true });
    expect(findings.map(({ code, outcome }) => [code, outcome])).toEqual([[failure, 'fail']]);
    expect(kept).toContain('serial.log');
    // What a boot ends with is not waited for until the time is over.
    if (seconds === undefined) expect(boot?.seconds).toBeLessThan(250);
  });
});
