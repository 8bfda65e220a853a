import type { Finding } from '../../shared/contracts/finding.ts';

export const bootFinding = (code: string, outcome: Finding['outcome'], params: Finding['params'] = {}): Finding => ({
  code,
  step: 'boot-check',
  outcome,
  params,
});
