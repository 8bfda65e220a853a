import type { FindingView } from '../../shared/contracts/api.ts';

/** The place of a finding on the page of its image, for links to it. */
export function toFindingId({ step, code }: Pick<FindingView, 'step' | 'code'>): string {
  return `finding-${step}-${code}`;
}
