import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cacheDir } from '../../dev/stack/tool-path.ts';
import { brokenGuests } from '../images/broken-guests.ts';
import { dracutImages } from '../images/dracut.ts';
import { realAlpine } from '../images/real-alpine.ts';
import { openDisks } from '../support/inspected-disk.ts';
import { inspect } from '../support/step-functions.ts';
import { disagreements } from './disagreements.ts';
import { linkEvidence, questions } from './judges.ts';
import { type Answer, type Row, writeAnswers } from './page.ts';

/** Other programs judge the same disks: `npm run test:judges`, half an hour without KVM. Writes docs/judges.md. */

type Look = (path: string, folder: string) => Promise<void>;

let disks: Awaited<ReturnType<typeof openDisks>>;
let dir: string;
beforeAll(async () => {
  disks = await openDisks();
  dir = await mkdtemp(join(tmpdir(), 'judges-'));
}, 1_800_000);
afterAll(async () => {
  await disks?.close();
  await rm(dir, { recursive: true, force: true });
});

function kept(find: () => Promise<string>) {
  return async (look: Look): Promise<void> => look(await find(), await mkdtemp(join(dir, 'kept-')));
}

const sound = (['debian-uefi', 'debian-xfs', 'debian-btrfs', 'rocky-tree', 'alpine-tree'] as const).map(
  (from) => [from, { from }] as const,
);
const images: [string, (look: Look) => Promise<void>][] = [
  ...[...sound, ...Object.entries(brokenGuests)].map(([image, guest]): [string, (look: Look) => Promise<void>] => [
    image,
    (look) => disks.withDisk(guest, look),
  ]),
  ['dracut for any machine', kept(async () => (await dracutImages(cacheDir())).generic)],
  ['dracut for one machine', kept(async () => (await dracutImages(cacheDir()))['host-only'])],
  ['a real Alpine', kept(() => realAlpine(cacheDir()))],
];

async function askAll(image: string, path: string, folder: string): Promise<Answer[]> {
  const [seen, evidence] = [await inspect(path), await linkEvidence(path, folder)];
  const answers: Answer[] = [];
  for (const { judge, about, ours: our, theirs: their } of questions) {
    const [ours, theirs] = [our(seen), await their(evidence, seen)];
    if (ours !== undefined && theirs !== undefined) answers.push({ image, judge, about, ours, theirs });
  }
  return answers;
}

function explain(answer: Answer): Row {
  const same = answer.ours === answer.theirs;
  const known = disagreements.find(({ reason: _, ...each }) => JSON.stringify(each) === JSON.stringify(answer));
  return { ...answer, reason: same ? '' : (known?.reason ?? '?') };
}

test.each(images)('%s', { timeout: 1_200_000 }, async (image, look) => {
  let rows: Row[] = [];
  await look(async (path, folder) => {
    rows = (await askAll(image, path, folder)).map(explain);
  });
  await writeAnswers(image, rows);
  expect(rows.filter(({ reason }) => reason === '?')).toEqual([]);
  // One that is listed and no longer exists is a mistake in the list.
  const differing = rows.filter(({ ours, theirs }) => ours !== theirs);
  expect(
    disagreements
      .filter((each) => each.image === image)
      .map(({ judge, about }) => `${judge}: ${about}`)
      .sort(),
  ).toEqual(differing.map(({ judge, about }) => `${judge}: ${about}`).sort());
});

test('every listed disagreement is about an image of the suite', () => {
  const names = new Set(images.map(([image]) => image));
  expect(disagreements.filter(({ image }) => !names.has(image))).toEqual([]);
});
