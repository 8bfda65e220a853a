import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { guestChecks } from '../../shared/checks/guest/checks.ts';
import type { Outcome } from '../../shared/contracts/finding.ts';
import { type BrokenGuest, brokenGuests } from '../images/broken-guests.ts';
import { openDisks } from '../support/inspected-disk.ts';

/** Every check on real disks: what is wrong with them is told, all of it and nothing else. */

type Disks = Awaited<ReturnType<typeof openDisks>>;
type Inspected = ReturnType<Disks['inspected']>;
let disks: Disks;
beforeAll(async () => {
  disks = await openDisks();
});
afterAll(() => disks?.close());

/** Each disk is inspected once, for its own test and for the one of all. */
const inspections = new Map<string, Inspected>();
function findInspection(name: string): Inspected {
  const inspection = inspections.get(name) ?? disks.inspected(brokenGuests[name] as BrokenGuest);
  inspections.set(name, inspection);
  return inspection;
}

describe.concurrent('what is wrong with', () => {
  test.each(Object.entries(brokenGuests))('%s', async (name, { wrong, guest = {} }) => {
    const { findings, guest: facts } = await findInspection(name);
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
    for (const { code, outcome } of (await findInspection(name)).findings) note(code, outcome);
  const wanted = guestChecks.flatMap(({ code, severity }) => [
    `${code} pass`,
    `${code} ${severity === 'advice' ? 'warn' : 'fail'}`,
  ]);
  expect(wanted.filter((each) => !seen.has(each))).toEqual([]);
});
