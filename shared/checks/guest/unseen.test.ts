import { expect, test } from 'vitest';
import { disk, linux, windows } from './cases/case.ts';
import { guestFindings } from './checks.ts';
import type { GuestView } from './guest-view.ts';
import { asSeen, mapSeen, partly, type Seen, someHolds, toSeen, toUnseen, whatWasSeen } from './unseen.ts';

const gone = toUnseen('file', '/x');

test('a part that was not seen has no value, and those beside it have theirs', () => {
  const parts = partly<{ a: boolean; b?: number | undefined }>({ a: gone, b: toSeen(undefined) });
  expect([parts.b, asSeen(() => parts.a)]).toEqual([undefined, gone]);
  expect(mapSeen(gone as Seen<number>, (value) => value + 1)).toEqual(gone);
});

test('one that holds is enough; that none does takes all', () => {
  const holds = (one: Seen<boolean>) => whatWasSeen(one);
  expect(someHolds([gone, toSeen(true)], holds)).toBe(true);
  expect(someHolds([toSeen(false)], holds)).toBe(false);
  expect(asSeen(() => someHolds([toSeen(false), gone], holds))).toEqual(gone);
});

/** Every view in which one thing was not seen: a field, a part of a field, a part as a whole. */
function without(whole: object, path: string[] = []): string[][] {
  return Object.entries(whole).flatMap(([name, value]) => {
    const here = [...path, name];
    const isPart = typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
    return [here, ...(isPart ? without(value as object, here) : [])];
  });
}

function lacking<T extends object>(whole: T, [name = '', ...rest]: string[]): T {
  return partly<T>(
    Object.fromEntries(
      Object.entries(whole).map(([each, value]) => [
        each,
        each !== name ? toSeen(value) : rest.length > 0 ? toSeen(lacking(value as object, rest)) : gone,
      ]),
    ) as never,
  );
}

const views: [string, GuestView][] = [
  ['Linux', linux({})],
  ['Windows', windows()],
];
const lacks = views.flatMap(([name, view]) =>
  without({ systems: view.systems, disk: view.disk, linux: view.linux, windows: view.windows })
    .filter((path) => path.length > 1 || path[0] === 'systems' || path[0] === 'disk')
    .map((path) => [name, path.join('.'), view] as const),
);

test.each(lacks)('no check takes what was not seen for absent: %s without %s', (_, path, view) => {
  const before = new Map(guestFindings(view).map(({ code, outcome }) => [code, outcome]));
  const findings = guestFindings(lacking(view, path.split('.')));
  // No finding disappears either. A check that did not apply before may apply now.
  expect(findings.map(({ code }) => code)).toEqual(expect.arrayContaining([...before.keys()]));
  for (const { code, outcome, params } of findings)
    if (outcome !== before.get(code))
      expect([code, outcome, params]).toEqual([code, 'unknown', { unseen: 'file', what: '/x' }]);
});

test('most parts of the view matter to a check', () => {
  const changes = lacks.filter(([, path, view]) =>
    guestFindings(lacking(view, path.split('.'))).some(({ outcome }) => outcome === 'unknown'),
  );
  expect(changes.length).toBeGreaterThan(lacks.length / 2);
  expect(disk().unseen).toEqual([]);
});
