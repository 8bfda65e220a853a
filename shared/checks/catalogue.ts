import type { Finding } from '../contracts/finding.ts';
import { admissionChecks } from './admission.ts';
import { bootChecks } from './boot.ts';
import { type CheckDefinition, type DescribedFinding, describeCheck, type Language } from './define.ts';
import { guestChecks } from './guest.ts';
import { readinessChecks } from './readiness.ts';

/** Every finding that bootready can make, by code. A finding whose code is not here is a defect (checked by a test). */
export const catalogue: Readonly<Record<string, CheckDefinition>> = {
  ...admissionChecks,
  ...guestChecks,
  ...readinessChecks,
  ...bootChecks,
};

export const checkOf = (code: string): CheckDefinition => {
  const check = catalogue[code];
  if (!check) throw new Error(`no check "${code}" in the catalogue`);
  return check;
};

export const describeFinding = (finding: Finding, language: Language): DescribedFinding =>
  describeCheck(checkOf(finding.code), finding.outcome, finding.params, language);
