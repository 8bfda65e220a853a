import { eventually } from '../support/eventually.ts';
import type { Installation } from '../support/installation.ts';

export const stepNames = ['admit', 'convert', 'inspect', 'publish'] as const;
export type StepSeconds = Record<(typeof stepNames)[number], number>;

/** How long each step of a run took, its waiting included, and when the first began (milliseconds since 1970). The last of them ends after its run. */
export async function stepsOfRun(
  { db }: Pick<Installation, 'db'>,
  runId: string,
  within: number,
): Promise<{ seconds: StepSeconds; begun: number }> {
  const steps = await eventually(
    async () => {
      const found = await db.selectFrom('run_steps').where('run_id', '=', runId).selectAll().execute();
      return found.every(({ finished_at }) => finished_at !== null) ? found : undefined;
    },
    { within, what: 'all steps have ended' },
  );
  const readSeconds = (name: string): number => {
    const step = steps.find((each) => each.step === name);
    return step?.finished_at ? (step.finished_at.getTime() - step.started_at.getTime()) / 1000 : Number.NaN;
  };
  return {
    seconds: Object.fromEntries(stepNames.map((name) => [name, readSeconds(name)])) as StepSeconds,
    begun: Math.min(...steps.map(({ started_at }) => started_at.getTime())),
  };
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}
