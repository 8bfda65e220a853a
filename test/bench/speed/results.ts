import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { median } from '../run-steps.ts';
import type { Taken } from './contender.ts';
import { type Measured, ownName, readSeconds } from './measured.ts';
import { drawRatios } from './picture.ts';

/** The median of the ratios of each round: what bootready took as a share of what the other took. */
export function ratioTo({ rounds }: Measured, name: string): number | undefined {
  const all = rounds.flatMap((round) => {
    const [own, other] = [round[ownName], round[name]];
    return own && other ? own.seconds / other.seconds : [];
  });
  return all.length > 0 ? median(all) : undefined;
}

function readUsage({ rounds }: Measured, pick: (taken: Taken) => number): number {
  return median(rounds.flatMap((round) => (round[ownName] ? pick(round[ownName]) : [])));
}

/** Each figure that has a name, as its median; those that are next to nothing are left out. */
function ownParts(each: Measured, pick: (taken: Taken) => Record<string, number>): string {
  const names = new Set(each.rounds.flatMap((round) => (round[ownName] ? Object.keys(pick(round[ownName])) : [])));
  return [...names]
    .map((name) => ({ name, value: readUsage(each, (taken) => pick(taken)[name] ?? 0) }))
    .filter(({ value }) => value >= 0.1)
    .map(({ name, value }) => `${name} ${value.toFixed(1)}`)
    .join(', ');
}

function shown(value: number | undefined, digits = 1): string {
  return value?.toFixed(digits) ?? '-';
}
function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Markdown: seconds of each way, what bootready took against each, and what its worker used. */
export function toTables(all: readonly Measured[]): string {
  const names = [...new Set(all.flatMap(({ rounds }) => rounds.flatMap((round) => Object.keys(round))))];
  const others = names.filter((name) => name !== ownName);
  const head = (cells: readonly string[]): string[] => [row(cells), row(cells.map(() => '---'))];
  const mebibytes = (bytes: number): string => (bytes / 1024 ** 2).toFixed(0);
  return [
    'Seconds, medians:',
    '',
    ...head(['Image', 'Upload, MiB', 'Rounds', ...names]),
    ...all.map((each) =>
      row([
        ...[each.workload, mebibytes(each.bytes), String(each.rounds.length)],
        ...names.map((name) => shown(readSeconds(each, name))),
      ]),
    ),
    '',
    'What bootready took as a share of what each other way took; medians of the ratios of each round:',
    '',
    ...head(['Image', ...others]),
    ...all.map((each) => row([each.workload, ...others.map((name) => shown(ratioTo(each, name), 2))])),
    '',
    'What the worker of bootready used; medians, and the peak of its own memory so far:',
    '',
    ...head([
      'Image',
      'Steps, s',
      'Processor, s',
      'The worker alone, s per GiB',
      'Read, MiB',
      'Written, MiB',
      'Peak, MiB',
    ]),
    ...all.map((each) =>
      row([
        each.workload,
        ...[ownParts(each, ({ parts }) => parts), ownParts(each, ({ usage }) => usage.processor)],
        shown(readUsage(each, ({ usage }) => usage.alone) / each.gibibytes),
        mebibytes(readUsage(each, ({ usage }) => usage.read)),
        mebibytes(readUsage(each, ({ usage }) => usage.written)),
        each.peakMiB.toFixed(0),
      ]),
    ),
    '',
  ].join('\n');
}

const folder = join(import.meta.dirname, '../results');

/** The rounds that were measured before, by name of their image; of an earlier run that is to be continued. */
export async function readResults(name: string): Promise<Measured[]> {
  return JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8').catch(() => '[]'));
}

export async function writeResults(name: string, all: readonly Measured[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(all, null, 1)}\n`);
  await writeFile(join(folder, `${name}.md`), toTables(all));
  await writeFile(join(folder, `${name}.svg`), drawRatios(all));
}
