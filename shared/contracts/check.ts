import { z } from 'zod';
import { FindingView } from './api.ts';
import { Policy } from './image.ts';
import { Examination } from './run.ts';

/** The output of `bootready check --json`: an examination of a local file, with its findings in words. */
export const CheckReport = Examination.extend({
  schema: z.literal('bootready.check/v1'),
  /** Name without folders, and bytes. */
  file: z.object({ name: z.string(), size: z.number() }),
  /** The policy for the verdict. */
  policy: Policy,
  findings: z.array(FindingView),
  /** The file of the converted disk, if the user asked for it and there is one. */
  output: z.string().optional(),
  /** The file of the software bill of materials, if the user asked for it and there is a package database. */
  sbom: z.object({ file: z.string(), packages: z.number() }).optional(),
});
export type CheckReport = z.infer<typeof CheckReport>;
