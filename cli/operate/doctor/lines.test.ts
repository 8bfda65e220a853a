import { expect, test } from 'vitest';
import { render } from '../../terminal.ts';
import type { Diagnosis } from './dependency.ts';
import { diagnosisLines, summaryLines, worst } from './lines.ts';

const ok: Diagnosis = { dependency: 'node', outcome: 'ok', message: 'Node 24.' };
const warning: Diagnosis = { dependency: 'tools', outcome: 'warning', message: 'No KVM.', remedy: 'Get one.' };
const failed: Diagnosis = { dependency: 'object-store', outcome: 'failed', message: 'It is gone.', remedy: 'Find it.' };
function text(lines: ReturnType<typeof summaryLines>): string {
  return lines.map((line) => render(line, false)).join('\n');
}

test('outcome, dependency and finding stand in columns, the remedy below the finding', () => {
  expect(text([ok, warning, failed].flatMap(diagnosisLines))).toBe(
    [
      'ok       node           Node 24.',
      'warning  tools          No KVM.',
      '                        Get one.',
      'failed   object-store   It is gone.',
      '                        Find it.',
    ].join('\n'),
  );
});

test('the summary counts warnings and failures', () => {
  expect(text(summaryLines([ok]))).toBe('\nEverything works.');
  expect(text(summaryLines([ok, warning]))).toBe('\n1 warning. It works.');
  expect(text(summaryLines([failed, warning, ok, warning]))).toBe('\n1 failed, 2 warnings.');
});

test('the worst outcome counts', () => {
  expect(worst([ok])).toBe('ok');
  expect(worst([ok, warning, ok])).toBe('warning');
  expect(worst([warning, failed, ok])).toBe('failed');
});
