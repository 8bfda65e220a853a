import { z } from 'zod';
import { Step } from './step.ts';

export const outcomes = ['pass', 'warn', 'fail', 'unknown'] as const;
export const Outcome = z.enum(outcomes);
export type Outcome = z.infer<typeof Outcome>;

/**
 * One finding of a step. It holds no prose: `code` names an entry of the catalogue (shared/checks/catalogue.ts), which
 * has the text in every language, and `params` are the values that the text mentions (guest-controlled, capped at 200 characters).
 */
export const Finding = z.object({
  code: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  step: Step,
  outcome: Outcome,
  params: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
});
export type Finding = z.infer<typeof Finding>;
