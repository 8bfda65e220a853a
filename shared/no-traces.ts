import type { Traces } from './ports/traces.ts';

/** Where nobody asked for traces. */
export const noTraces: Traces = {
  current: () => undefined,
  logNames: () => ({}),
  begin: () => ({ within: (work) => work(), end: () => undefined }),
  announce: () => undefined,
  ended: () => undefined,
};
