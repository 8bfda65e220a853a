import type { Finding } from '../contracts/finding.ts';
import type { GuestFacts } from '../contracts/run.ts';
import { admissionChecks } from './admission.ts';
import { bootChecks } from './boot.ts';
import { type CheckDefinition, type DescribedFinding, describeCheck, type Language, systemsOf } from './define.ts';
import { guestChecks } from './guest/checks.ts';
import { inspectionChecks } from './inspection.ts';

/** Every finding that bootready can make, by code. A finding whose code is not here is a defect (checked by a test). */
export const catalogue: Readonly<Record<string, CheckDefinition>> = {
  ...admissionChecks,
  ...Object.fromEntries(guestChecks.map((check) => [check.code, check])),
  ...inspectionChecks,
  ...bootChecks,
};

export const checkOf = (code: string): CheckDefinition => {
  const check = catalogue[code];
  if (!check) throw new Error(`no check "${code}" in the catalogue`);
  return check;
};

/** `guest` leaves out the commands of other systems. */
export const describeFinding = (finding: Finding, language: Language, guest?: GuestFacts): DescribedFinding =>
  describeCheck(checkOf(finding.code), finding.outcome, finding.params, language, systemsOf(guest));
