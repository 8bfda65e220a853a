import type { FindingView } from '../contracts/api.ts';
import type { Finding } from '../contracts/finding.ts';
import type { GuestFacts } from '../contracts/run.ts';
import { describeFinding, findKeptCheck } from './catalogue.ts';
import type { Language } from './define.ts';

/** A finding with its words in one language, for clients without a catalogue. */
export function toFindingView(finding: Finding, language: Language, guest?: GuestFacts): FindingView {
  return {
    ...finding,
    severity: findKeptCheck(finding.code).severity,
    ...describeFinding(finding, language, guest),
  };
}
