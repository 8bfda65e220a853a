import type { Finding } from '../../shared/contracts/finding.ts';

export function bootFinding(code: string, outcome: Finding['outcome'], params: Finding['params'] = {}): Finding {
  return {
    code,
    step: 'boot-check',
    outcome,
    params,
  };
}
