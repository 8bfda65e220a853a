import type { ForeignLimit } from '../../shared/ports/foreign.ts';

/** Messages from the owner to the process. Copied as `v8.serialize` does it: Buffer, Map and Set keep their type. */
export type ToProcess =
  | { kind: 'load'; modules: readonly string[] }
  | { kind: 'run'; module: string; name: string; input: unknown; helpers: readonly string[]; answerBytes: number }
  | { kind: 'answer'; id: number; value: unknown };

/** Messages from the process to its owner. */
export type FromProcess =
  /** The task's file is loaded; from now on what happens is the bytes' doing. */
  | { kind: 'begun' }
  | { kind: 'part'; name: string }
  | { kind: 'ask'; id: number; helper: string; args: unknown[] }
  | { kind: 'done'; value: unknown }
  | { kind: 'exceeded'; limit: ForeignLimit };
