import type { Finding, Outcome } from '../contracts/finding.ts';
import type { HousekeepingJob, queueNames } from '../contracts/jobs.ts';
import type { RunStatus, Verdict } from '../contracts/run.ts';
import type { Step } from '../contracts/step.ts';
import type { Reaped, Swept } from './jobs.ts';

/** What happened to a try at a step; `stopped`: its worker was shut down, and the run moves to another one. */
export type StepOutcome = 'done' | 'failed' | 'cancelled' | 'stopped';

/**
 * What is counted of the work that is done here. Every text that it takes is one of a fixed set: a label that a guest or an
 * uploader could choose would let them fill the memory of anyone who keeps the series.
 */
export interface StepMeter {
  step(step: Step | 'mend' | 'hand-over' | 'fetch' | 'deliver', outcome: StepOutcome, seconds: number): void;
  /** Bytes of the file that was written. */
  converted(format: { from: string; to: string }, bytes: number): void;
  bootChecked(accelerator: string, outcome: Outcome): void;
  judged(verdict: Verdict, findings: readonly Finding[]): void;
  ended(status: RunStatus): void;
}

export interface JobMeter {
  job(
    job: { queue: keyof typeof queueNames; name: 'settle' | 'deliver' | HousekeepingJob },
    outcome: 'done' | 'failed',
    seconds: number,
  ): void;
  /** What happened to a notification: words of `settleEvent`. */
  settled(result: string): void;
  /** What happened to a try at a webhook: words of `deliver`. */
  delivered(result: string): void;
  /** What no event announced, and what was removed. */
  swept(found: Swept): void;
  reaped(cleared: Reaped): void;
}

export interface HttpMeter {
  /** A request whose rate could not be looked up: Redis does not answer. */
  unlimited(): void;
  /** `route` is the pattern that matched, undefined when none did. */
  answered(request: { method: string; route: string | undefined; status: number }, seconds: number): void;
}
