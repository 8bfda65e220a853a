import { z } from 'zod';
import { FindingView } from './api.ts';
import { Policy } from './image.ts';
import { Examination } from './run.ts';

/** The output of `bootready check --json`: an examination of a local file, with its findings in words. */
export const CheckReport = Examination.extend({
  schema: z.literal('bootready.check/v1'),
  /** Name without folders, and bytes. */
  file: z.object({ name: z.string(), size: z.number() }),
  /** The one that the verdict follows. */
  policy: Policy,
  findings: z.array(FindingView),
  /** Where the converted disk was kept, when that was asked for and there is one. */
  output: z.string().optional(),
  /** Where the software bill of materials was written, when that was asked for and there is a package database. */
  sbom: z.object({ file: z.string(), packages: z.number() }).optional(),
});
export type CheckReport = z.infer<typeof CheckReport>;
