import type { Traces } from '../ports/traces.ts';

/** For processes without tracing. */
export const noTraces: Traces = {
  current: () => undefined,
  logNames: () => ({}),
  begin: () => ({ within: (work) => work(), end: () => undefined }),
  announce: () => undefined,
  ended: () => undefined,
};
