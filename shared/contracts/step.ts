import { z } from 'zod';

/** In the order of the workflow. docs/adding/step.md says how to add one. */
export const steps = ['admit', 'convert', 'inspect', 'boot-check', 'publish'] as const;
export const Step = z.enum(steps);
export type Step = z.infer<typeof Step>;
