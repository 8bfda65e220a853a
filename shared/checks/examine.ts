import type { Finding } from '../contracts/finding.ts';
import type {
  Admission,
  Boot,
  ConvertedDisk,
  DetectedDisk,
  GuestFacts,
  Layer,
  SbomReference,
} from '../contracts/run.ts';

export type Conversion = {
  disk?: DetectedDisk;
  converted?: ConvertedDisk;
  /** SHA-256 of the bytes as they were uploaded, lower-case hex; only of what was converted. */
  uploadSha256?: string;
  layers: Layer[];
  findings: Finding[];
  tools: Record<string, string>;
};

/** `sbom` says where the bill of materials is; the packages themselves are not in the workflow's history. */
export type Inspection = {
  guest: GuestFacts;
  findings: Finding[];
  tools: Record<string, string>;
  sbom?: SbomReference;
};

/** `boot` is absent when nothing was started. */
export type BootCheck = { boot?: Boot; findings: Finding[] };

/** The findings of the steps, ready for a verdict. A step that was not reached is undefined. */
export type JudgedParts = {
  admission: Admission;
  conversion?: Conversion | undefined;
  inspection?: Inspection | undefined;
  bootCheck?: BootCheck | undefined;
};

/** The steps of one caller. A repair only admits and converts; a check on one's own machine starts nothing. */
export type ExamineSteps = {
  admit(): Promise<Admission>;
  convert(admission: Admission): Promise<Conversion>;
  inspect?(converted: ConvertedDisk, conversion: Conversion): Promise<Inspection>;
  bootCheck?(parts: JudgedParts & { conversion: Conversion }): Promise<BootCheck>;
};

/** Whether admit ends the run: no other tool may open a file that failed there. */
export function isRefused({ findings }: Admission): boolean {
  return findings.some(({ outcome }) => outcome === 'fail');
}

/**
 * The order of the steps, and where they stop: a refused upload is not converted, and what did not become a disk is neither
 * inspected nor started. Runs, `bootready check` and repairs all go this way. Deterministic: the workflow calls it.
 */
export async function examine(steps: ExamineSteps): Promise<JudgedParts> {
  const admission = await steps.admit();
  if (isRefused(admission)) return { admission };
  const conversion = await steps.convert(admission);
  const { converted } = conversion;
  if (!converted) return { admission, conversion };
  const inspection = await steps.inspect?.(converted, conversion);
  const bootCheck = await steps.bootCheck?.({ admission, conversion, inspection });
  return { admission, conversion, inspection, bootCheck };
}
