import { type Line, type Style, withStyle } from '../../terminal.ts';
import type { Diagnosis } from './dependency.ts';

type Outcome = Diagnosis['outcome'];

const styles = { ok: 'good', warning: 'careful', failed: 'bad' } as const satisfies Record<Outcome, Style>;
const columns = { outcome: 9, dependency: 15 } as const;

/** Outcome, dependency and what was found; below it what to do. */
export function diagnosisLines({ dependency, outcome, message, remedy }: Diagnosis): Line[] {
  return [
    [withStyle(styles[outcome], outcome.padEnd(columns.outcome)), dependency.padEnd(columns.dependency), message],
    ...(remedy ? [`${' '.repeat(columns.outcome + columns.dependency)}${remedy}`] : []),
  ];
}

export function worst(all: readonly Diagnosis[]): Outcome {
  return (['failed', 'warning'] as const).find((outcome) => all.some((each) => each.outcome === outcome)) ?? 'ok';
}

export function summaryLines(all: readonly Diagnosis[]): Line[] {
  const count = (outcome: Outcome): number => all.filter((each) => each.outcome === outcome).length;
  const [failed, warnings] = [count('failed'), count('warning')];
  if (failed + warnings === 0) return ['', withStyle('good', 'Everything works.')];
  const parts = [
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(warnings > 0 ? [`${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`] : []),
  ];
  return ['', [withStyle(styles[worst(all)], `${parts.join(', ')}.`), failed > 0 ? '' : ' It works.']];
}
