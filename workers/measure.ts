import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { worstFirst } from '../shared/checks/worst-first.ts';
import type { Outcome } from '../shared/contracts/finding.ts';
import type { StepMeter, StepOutcome } from '../shared/ports/meters.ts';
import type { OnOwnQueue, OnSharedQueues } from '../workflows/activities.ts';

export function toOutcome(error: unknown): StepOutcome {
  if (error instanceof CancelledFailure) return 'cancelled';
  return error instanceof ApplicationFailure && error.type === 'worker-stopped' ? 'stopped' : 'failed';
}

function worst(outcomes: readonly Outcome[]): Outcome {
  return worstFirst.find((each) => outcomes.includes(each)) ?? 'pass';
}

/** Waits for work that has started. Reports how long it took and, if it failed, why; then returns its result. */
export async function timeWork<Result>(
  begun: Promise<Result>,
  ended: (seconds: number, failure?: { error: unknown }) => void,
  seen: (result: Result) => void = () => undefined,
): Promise<Result> {
  const since = performance.now();
  const seconds = (): number => (performance.now() - since) / 1000;
  const result = await begun.catch((error: unknown) => {
    ended(seconds(), { error });
    throw error;
  });
  ended(seconds());
  seen(result);
  return result;
}

type Activities = OnSharedQueues & OnOwnQueue;

/** The activities whose time counts, by the name of their step. */
const steps: { [Name in keyof Activities]?: Parameters<StepMeter['step']>[0] } = {
  admitFirst: 'admit',
  admit: 'admit',
  convert: 'convert',
  inspect: 'inspect',
  bootCheck: 'boot-check',
  publish: 'publish',
  mend: 'mend',
  handOver: 'hand-over',
  fetchUpload: 'fetch',
  deliver: 'deliver',
};

/** Further facts from their results. */
const results: {
  [Name in keyof Activities]?: (
    meter: StepMeter,
    result: Awaited<ReturnType<Activities[Name]>>,
    input: Parameters<Activities[Name]>[0],
  ) => void;
} = {
  convert: (meter, { disk, converted }) => {
    if (converted) meter.converted({ from: disk?.format ?? 'raw', to: converted.format }, converted.size);
  },
  bootCheck: (meter, { boot, findings }) => {
    if (boot) meter.bootChecked(boot.accelerator, worst(findings.map(({ outcome }) => outcome)));
  },
  judge: (meter, { verdict, report }) => meter.judged(verdict, report.findings),
  publish: (meter) => meter.ended('published'),
  finishRun: (meter, _, { status }) => meter.ended(status),
};

/** Counts an activity that has started, by its name. @returns its result */
export function measureActivity<Result>(
  meter: StepMeter,
  name: string,
  input: unknown,
  begun: Promise<Result>,
): Promise<Result> {
  const step = steps[name as keyof Activities];
  const seen = results[name as keyof Activities] as ((...seen: unknown[]) => void) | undefined;
  return timeWork(
    begun,
    (seconds, failure) => step && meter.step(step, failure ? toOutcome(failure.error) : 'done', seconds),
    (result) => seen?.(meter, result, input),
  );
}
