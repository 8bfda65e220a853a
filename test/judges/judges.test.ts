import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cacheDir } from '../../dev/stack/tool-path.ts';
import { brokenGuests } from '../images/broken-guests.ts';
import { dracutImages } from '../images/dracut.ts';
import { realAlpine } from '../images/real-alpine.ts';
import { openDisks } from '../support/inspected-disk.ts';
import { inspect } from '../support/step-functions.ts';
import { type Disagreement, disagreements } from './disagreements.ts';
import { linkEvidence, questions } from './judges.ts';

/** Other programs judge the same disks: `npm run test:judges`, half an hour without KVM. Writes docs/judges.md. */

type Look = (path: string, folder: string) => Promise<void>;
type Disk = { image: string; look: (work: Look) => Promise<void> };
type Answer = Omit<Disagreement, 'reason'>;

let disks: Awaited<ReturnType<typeof openDisks>>;
let dir: string;
const all: Disk[] = [];
beforeAll(async () => {
  disks = await openDisks();
  dir = await mkdtemp(join(tmpdir(), 'judges-'));
  const kept = (image: string, path: string): Disk => ({
    image,
    look: async (work) => work(path, await mkdtemp(join(dir, 'kept-'))),
  });
  const dracut = await dracutImages(cacheDir());
  const sound = (['debian-uefi', 'debian-xfs', 'debian-btrfs', 'rocky-tree', 'alpine-tree'] as const).map((from) => ({
    image: from,
    from,
  }));
  const made = [...sound, ...Object.entries(brokenGuests).map(([image, guest]) => ({ image, ...guest }))];
  all.push(
    ...made.map((guest) => ({ image: guest.image, look: (work: Look) => disks.withDisk(guest, work) })),
    kept('dracut for any machine', dracut.generic),
    kept('dracut for one machine', dracut['host-only']),
    kept('a real Alpine', await realAlpine(cacheDir())),
  );
}, 1_800_000);
afterAll(async () => {
  await disks?.close();
  await rm(dir, { recursive: true, force: true });
});

async function answersOf(image: string, path: string, folder: string): Promise<Answer[]> {
  const [seen, evidence] = [await inspect(path), await linkEvidence(path, folder)];
  const answers: Answer[] = [];
  for (const { judge, about, ours: our, theirs: their } of questions) {
    const [ours, theirs] = [our(seen), await their(evidence, seen)];
    if (ours !== undefined && theirs !== undefined) answers.push({ image, judge, about, ours, theirs });
  }
  return answers;
}

const title = `# What other programs find in the same images

\`npm run test:judges\` writes this page. It inspects images of the tests, intact and broken ones, and asks other programs about the same disks. dissect.target reads partitions and filesystems with its
own code and copies a part of the file tree. The other programs read this copy. Each disagreement has its reason below. The suite fails on a disagreement that is not listed.
`;

function cell(text: string): string {
  return text.replaceAll('|', '\\|').slice(0, 120);
}

test('other programs find the same, except where a reason is listed', { timeout: 7_200_000 }, async () => {
  const asked = [...all];
  const answers: Answer[] = [];
  const lane = async (): Promise<void> => {
    for (let next = asked.shift(); next; next = asked.shift()) {
      const { image, look } = next;
      await look(async (path, folder) => {
        answers.push(...(await answersOf(image, path, folder)));
      });
    }
  };
  await Promise.all([lane(), lane()]);
  const order = all.map(({ image }) => image);
  const differing = answers
    .filter(({ ours, theirs }) => ours !== theirs)
    .sort((a, b) => order.indexOf(a.image) - order.indexOf(b.image));
  const explainReason = ({ image, judge, about, ours, theirs }: Answer): string =>
    disagreements.find(
      (each) =>
        each.image === image &&
        each.judge === judge &&
        each.about === about &&
        each.ours === ours &&
        each.theirs === theirs,
    )?.reason ?? '?';
  const asks = [...new Set(questions.map(({ judge, about }) => `${judge}: ${about}`))];
  const counts = asks.map((ask) => {
    const of = answers.filter(({ judge, about }) => `${judge}: ${about}` === ask);
    return `| ${ask.replace(': ', ' | ')} | ${of.length} | ${of.filter(({ ours, theirs }) => ours === theirs).length} |`;
  });
  const list = differing.map(
    (each) =>
      `| ${[each.image, each.judge, each.about, each.ours, each.theirs, explainReason(each)].map(cell).join(' | ')} |`,
  );
  await writeFile(
    join(import.meta.dirname, '../../docs/judges.md'),
    `${title}
| Judge | Asked | Images | The same |
| --- | --- | --- | --- |
${counts.join('\n')}

## Where they disagree

| Image | Judge | Asked | We say | The judge says | Why |
| --- | --- | --- | --- | --- | --- |
${list.join('\n')}
`,
  );
  const known = disagreements.map(({ reason: _, ...each }) => each);
  expect(differing.filter((each) => explainReason(each) === '?')).toEqual([]);
  expect(known.filter((each) => !differing.some((other) => JSON.stringify(other) === JSON.stringify(each)))).toEqual(
    [],
  );
});
