import type { Config } from '../../../shared/config.ts';
import type { ProcessRole } from '../../../shared/process-roles.ts';

export type Diagnosis = {
  dependency: string;
  outcome: 'ok' | 'warning' | 'failed';
  /** What was found, one sentence. */
  message: string;
  /** What to do about it; not where all is well. */
  remedy?: string;
};

/** Notes down what is found, one line each. */
export type Say = {
  ok(message: string): void;
  /** It works, but not as well as it should, or not for everyone. */
  warning(message: string, remedy: string): void;
  failed(message: string, remedy: string): void;
};

export type Examination = {
  config: Config;
  say: Say;
  signal: AbortSignal;
  /** The kind of process whose environment this is, where that was said; else it is one for all. */
  role?: ProcessRole | undefined;
};

/** Something that an installation stands on. */
export type Dependency = {
  name: string;
  /** For all questions together; what was said until then counts. */
  seconds: number;
  /** Said when it does not answer in time, or fails as nobody expected. */
  remedy: string;
  /** A failure that makes the next questions pointless ends it: whatever is told once is told enough. */
  examine(examination: Examination): Promise<void>;
};
