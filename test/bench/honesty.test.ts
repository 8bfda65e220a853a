import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rejects } from '../../shared/checks/verdict.ts';
import type { Finding } from '../../shared/contracts/finding.ts';
import { brokenGuests } from '../images/broken-guests.ts';
import type { Distribution } from '../images/distributions.ts';
import { openDisks } from '../support/inspected-disk.ts';

/**
 * Whether what is said of an image is true: `npm run honesty`, some minutes. Every sound image of the tests must be passed without a warning, every broken one be
 * named by the right codes and no other. Writes the table to docs/honesty.md. Nothing is started: that is `test/e2e/boot.test.ts` and `distributions.test.ts`.
 */
let disks: Awaited<ReturnType<typeof openDisks>>;
beforeAll(async () => {
  disks = await openDisks();
}, 1_800_000);
afterAll(() => disks?.close());

/** Whole systems of real packages. A root on LVM is told to be one, and so stands among what is not as it should be. */
const soundSystems: readonly Distribution[] = ['debian-uefi', 'debian-xfs', 'debian-btrfs'];
const trees: readonly Distribution[] = ['alpine-tree', 'rocky-tree'];

/** `said` is what stands in the table: codes, and why something is unknown. */
type Row = { image: string; said: string; codes: string[]; missed: string[]; untrue: string[]; verdict: string };

function inTable({ code, outcome, params }: Finding): string {
  return `\`${code}\`${outcome === 'unknown' ? ` (unknown: ${params?.unseen ?? params?.what ?? 'not told why'})` : ''}`;
}

const title = `# Findings on images, and whether they are true

Made by \`npm run honesty\`: every sound image of the tests, and every broken one, is inspected as an upload would be, and compared with what its recipe says is wrong with it. Verdicts are
those under the policy \`enforce\`. Systems that are made of real packages are started besides, by other tests.
`;

const aboutTrees =
  'Files in the layout of a distribution, made for inspections. They are not whole systems, so this page does not judge the findings on them.';

function tableOfTrees(rows: readonly Row[]): string {
  return ['| Tree | Said of it |', '| --- | --- |', ...rows.map(({ image, said }) => `| ${image} | ${said} |`)].join(
    '\n',
  );
}

function makeTable(rows: readonly Row[]): string {
  return [
    '| Image | Said of it | Verdict | Missed | Untrue |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map(
      ({ image, said, verdict, missed, untrue }) =>
        `| ${image} | ${said || 'nothing'} | ${verdict} | ${missed.join(', ')} | ${untrue.join(', ')} |`,
    ),
  ].join('\n');
}

test('what is said of sound images and of broken ones', { timeout: 3_600_000 }, async () => {
  const sound = soundSystems.map((from) => ({ image: from, from, wrong: {} }));
  const unjudged = trees.map((from) => ({ image: from, from, wrong: {} }));
  const broken = Object.entries(brokenGuests).map(([image, recipe]) => ({ image, ...recipe }));
  const asked = [...sound, ...unjudged, ...broken];
  const rows: Row[] = [];
  const lane = async (): Promise<void> => {
    for (let next = asked.shift(); next; next = asked.shift()) {
      const { findings } = await disks.inspected(next as never);
      const told = findings.filter(({ outcome }) => outcome !== 'pass');
      const codes = told.map(({ code }) => code);
      const expected = Object.keys(next.wrong);
      const isRejected = findings.some((finding) => rejects(finding, 'enforce'));
      rows.push({
        image: next.image,
        codes,
        said: told.map(inTable).join(', '),
        missed: expected.filter((code) => !codes.includes(code)),
        untrue: codes.filter((code) => !expected.includes(code)),
        verdict: isRejected ? 'reject' : codes.length > 0 ? 'publish with warnings' : 'publish',
      });
    }
  };
  await Promise.all([lane(), lane()]);
  const isTree = ({ image }: Row): boolean => trees.includes(image as Distribution);
  const order = [...sound.map(({ image }) => image), ...Object.keys(brokenGuests)];
  rows.sort((a, b) => order.indexOf(a.image) - order.indexOf(b.image));
  const judged = rows.filter((row) => !isTree(row));
  const well = judged.filter(({ image }) => Object.keys(brokenGuests[image]?.wrong ?? {}).length === 0);
  const ill = judged.filter((row) => !well.includes(row));
  const count = (some: readonly Row[], holds: (row: Row) => boolean): number => some.filter(holds).length;
  const summary = [
    `Sound: ${well.length} images, ${count(well, ({ verdict }) => verdict === 'reject')} rejected, ${count(well, ({ untrue }) => untrue.length > 0)} with a warning that is not true.`,
    `Broken: ${ill.length} images, ${count(ill, ({ missed, untrue }) => missed.length + untrue.length === 0)} named by all the right codes and no other.`,
  ].join('\n');
  const page = `${title}\n${summary}\n\n## Sound\n\n${makeTable(well)}\n\n## Broken\n\n${makeTable(ill)}\n\n## Trees\n\n${aboutTrees}\n\n${tableOfTrees(rows.filter(isTree))}\n`;
  console.log(page);
  await writeFile(join(import.meta.dirname, '../../docs/honesty.md'), page);
  expect(judged.filter(({ missed, untrue }) => missed.length + untrue.length > 0)).toEqual([]);
});
