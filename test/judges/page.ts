import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Disagreement } from './disagreements.ts';

const page = join(import.meta.dirname, '../../docs/judges.md');

const head = `# What other programs find in the same images

\`npm run test:judges\` writes this page. It inspects images of the tests, intact and broken ones, and asks other programs about the same disks. dissect.target reads partitions and filesystems with its
own code and copies a part of the file tree. The other programs read this copy. Each disagreement has its reason below. The suite fails on a disagreement that is not listed. Images can be run one
by one; the page has those that were run.
`;

export type Answer = Omit<Disagreement, 'reason'>;
/** An answer with the reason of its disagreement; empty where both say the same. */
export type Row = Disagreement;

const columns = ['image', 'judge', 'about', 'ours', 'theirs', 'reason'] as const;
const titles = '| Image | Judge | Asked | We say | The judge says | Why |';

function toLine(cells: readonly (string | number)[]): string {
  return `| ${cells.join(' | ')} |`;
}

function cell(text: string): string {
  return text.replaceAll('|', '/').slice(0, 160);
}

function readRows(text: string): string[][] {
  const lines = text.split('\n');
  const from = lines.indexOf('## All answers');
  if (from < 0) return [];
  const rows = lines.slice(from).filter((line) => line.startsWith('| ') && line !== titles);
  return rows.map((line) => line.slice(2, -2).split(' | ')).filter(([first]) => first !== '---');
}

function toCounts(rows: readonly string[][]): string[] {
  const asks = [...new Set(rows.map(([, judge, about]) => `${judge} | ${about}`))].sort();
  return asks.map((ask) => {
    const asked = rows.filter(([, judge, about]) => `${judge} | ${about}` === ask);
    return toLine([ask, asked.length, asked.filter(([, , , ours, theirs]) => ours === theirs).length]);
  });
}

/** Writes the answers about one image. Those about other images stay. */
export async function writeAnswers(image: string, answers: readonly Row[]): Promise<void> {
  const others = readRows(await readFile(page, 'utf8').catch(() => '')).filter(([of]) => of !== cell(image));
  const rows = [...others, ...answers.map((answer) => columns.map((column) => cell(answer[column])))].sort((a, b) =>
    a.join().localeCompare(b.join(), 'en'),
  );
  const table = (of: readonly string[][]): string =>
    [titles, '| --- | --- | --- | --- | --- | --- |', ...of.map(toLine)].join('\n');
  const images = new Set(rows.map(([of]) => of)).size;
  await writeFile(
    page,
    `${head}
${images} images.

| Judge | Asked | Images | The same |
| --- | --- | --- | --- |
${toCounts(rows).join('\n')}

## Where they disagree

${table(rows.filter(([, , , ours, theirs]) => ours !== theirs))}

## All answers

${table(rows)}
`,
  );
}
