import { execFileSync } from 'node:child_process';
import { constants, copyFileSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cacheDir } from '../../dev/stack/tool-path.ts';
import { guestChecks } from '../../shared/checks/guest/checks.ts';
import type { Outcome } from '../../shared/contracts/finding.ts';
import { type BrokenGuest, brokenGuests } from '../images/broken-guests.ts';
import { distributionImages } from '../images/distributions.ts';
import { editDisk } from '../images/edit.ts';
import { windowsImages } from '../images/windows.ts';
import { guestImages } from '../support/guest-images.ts';
import { inspect } from '../support/step-functions.ts';

/** Every check on real disks: what is wrong with them is told, all of it and nothing else. */

let dir: string;
let samples: Record<string, string>;
let windows: Record<string, string>;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'checks-'));
  samples = { ...(await guestImages()), ...(await distributionImages(cacheDir())) };
  windows = await windowsImages();
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const makeDisk = (from: BrokenGuest['from'], path: string): void => {
  const source = typeof from === 'object' ? windows[from.windows] : samples[from];
  if (source) copyFileSync(source, path, constants.COPYFILE_FICLONE);
  else {
    writeFileSync(path, '');
    truncateSync(path, 64 * 1024 ** 2);
  }
  if (from === 'ext4') execFileSync('mke2fs', ['-q', '-t', 'ext4', path]);
};

const inspected = async ({ from, edits }: BrokenGuest) => {
  const folder = await mkdtemp(join(dir, 'disk-'));
  const path = join(folder, 'disk.raw');
  makeDisk(from, path);
  editDisk(path, edits?.() ?? []);
  const inspection = await inspect(path);
  await rm(folder, { recursive: true });
  return inspection;
};

/** Each disk is inspected once, for its own test and for the one of all. */
const inspections = new Map<string, ReturnType<typeof inspected>>();
const inspectionOf = (name: string): ReturnType<typeof inspected> => {
  const inspection = inspections.get(name) ?? inspected(brokenGuests[name] as BrokenGuest);
  inspections.set(name, inspection);
  return inspection;
};

describe.concurrent('what is wrong with', () => {
  test.each(Object.entries(brokenGuests))('%s', async (name, { wrong, guest = {} }) => {
    const { findings, guest: facts } = await inspectionOf(name);
    const troubles = findings.filter(({ outcome }) => outcome !== 'pass');
    expect(Object.fromEntries(troubles.map(({ code, outcome, params }) => [code, { outcome, params }]))).toMatchObject(
      wrong,
    );
    expect(troubles.map(({ code }) => code)).toEqual(Object.keys(wrong));
    expect(facts).toMatchObject(guest);
  });
});

test('every check passes on one of these disks, and finds on another what it is there for', async () => {
  const seen = new Set<string>();
  const note = (code: string, outcome: Outcome): unknown => seen.add(`${code} ${outcome}`);
  for (const name of Object.keys(brokenGuests))
    for (const { code, outcome } of (await inspectionOf(name)).findings) note(code, outcome);
  const wanted = guestChecks.flatMap(({ code, severity }) => [
    `${code} pass`,
    `${code} ${severity === 'advice' ? 'warn' : 'fail'}`,
  ]);
  expect(wanted.filter((each) => !seen.has(each))).toEqual([]);
});
