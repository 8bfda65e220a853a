import type { Outcome } from '../contracts/finding.ts';

/** The outcomes of checks that did not pass, the worst first. */
export const worstFirst = ['fail', 'warn', 'unknown'] as const satisfies readonly Outcome[];
