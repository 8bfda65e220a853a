import type { Config } from '../../../shared/config.ts';
import type { ProcessRole } from '../../../shared/operation/process-roles.ts';

export type Diagnosis = {
  dependency: string;
  outcome: 'ok' | 'warning' | 'failed';
  /** The result in one sentence. */
  message: string;
  /** How the reader can fix it; absent if all is well. */
  remedy?: string;
};

/** Notes down what is found, one line each. */
export type Say = {
  ok(message: string): void;
  /** It works, but not as well as it should, or not for everyone. */
  warning(message: string, remedy: string): void;
  failed(message: string, remedy: string): void;
};

type Examination = {
  config: Config;
  say: Say;
  signal: AbortSignal;
  /** The kind of process whose environment this is, if the user named it; otherwise all processes share one environment. */
  role?: ProcessRole | undefined;
};

/** A server or program that an installation needs. */
export type Dependency = {
  name: string;
  /** The time for all questions together, in seconds; results up to then count. */
  seconds: number;
  /** Said when it does not answer in time, or fails as nobody expected. */
  remedy: string;
  /** If a failure makes the next questions pointless, the examination ends: one report of a problem is enough. */
  examine(examination: Examination): Promise<void>;
};
