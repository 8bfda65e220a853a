import type { Finding } from '../contracts/finding.ts';
import type { GuestFacts } from '../contracts/run.ts';
import { admissionChecks } from './admission.ts';
import { bootChecks } from './boot.ts';
import { type CheckDefinition, type DescribedFinding, describeCheck, findSystems, type Language } from './define.ts';
import { guestChecks } from './guest/checks.ts';
import { inspectionChecks } from './inspection.ts';

/** Every finding that bootready can make, by code. A finding whose code is not here is a defect (checked by a test). */
export const catalogue: Readonly<Record<string, CheckDefinition>> = {
  ...admissionChecks,
  ...Object.fromEntries(guestChecks.map((check) => [check.code, check])),
  ...inspectionChecks,
  ...bootChecks,
};

export function findCheck(code: string): CheckDefinition {
  const check = catalogue[code];
  if (!check) throw new Error(`no check "${code}" in the catalogue`);
  return check;
}

/** Replaces a check of another version that our catalogue lacks. Its outcome counts, but only that version can explain it. */
function unknownCheck(code: string): CheckDefinition {
  return {
    severity: 'advice',
    title: { en: `Check "${code}"`, de: `Prüfung „${code}“` },
    problem: {
      en: 'Another version of bootready made this check. This version does not know it.',
      de: 'Diese Prüfung stammt von einer anderen Version von bootready. Diese Version kennt sie nicht.',
    },
    remedy: { en: 'Check the image again.', de: 'Prüfen Sie das Image noch einmal.' },
  };
}

/** For findings of kept reports, because a report outlives the version that made it. For a verdict that is still to come, use `findCheck`. */
export function findKeptCheck(code: string): CheckDefinition {
  return Object.hasOwn(catalogue, code) ? findCheck(code) : unknownCheck(code);
}

/** `guest` leaves out the commands of other systems. */
export function describeFinding(finding: Finding, language: Language, guest?: GuestFacts): DescribedFinding {
  return describeCheck(findKeptCheck(finding.code), finding.outcome, finding.params, language, findSystems(guest));
}
