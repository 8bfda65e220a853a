import type { Finding, Outcome } from '../contracts/finding.ts';
import type { HousekeepingJob, queueNames } from '../contracts/jobs.ts';
import type { RunStatus, Verdict } from '../contracts/run.ts';
import type { Step } from '../contracts/step.ts';
import type { Reaped, Swept } from './jobs.ts';

/** The result of an attempt at a step; `stopped`: its worker was shut down, and the run moves to another one. */
export type StepOutcome = 'done' | 'failed' | 'cancelled' | 'stopped';

/**
 * Counts the work of this process. Every text that it takes comes from a fixed set. With a label that a guest or an uploader could choose, they could fill the
 * memory of a server that stores the series.
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
    job: { queue: keyof typeof queueNames; name: 'settle' | 'send-message' | HousekeepingJob },
    outcome: 'done' | 'failed',
    seconds: number,
  ): void;
  /** The result of a notification: words of `settleEvent`. */
  settled(result: string): void;
  /** The result of an attempt at a webhook: words of `sendMessage`. */
  delivered(result: string): void;
  /** The work that no event had announced, and the removed objects. */
  swept(found: Swept): void;
  reaped(cleared: Reaped): void;
}

export interface HttpMeter {
  /** A request whose rate could not be looked up: Redis does not answer. */
  unlimited(): void;
  /** `route` is the pattern that matched, undefined when none did. */
  answered(request: { method: string; route: string | undefined; status: number }, seconds: number): void;
}
