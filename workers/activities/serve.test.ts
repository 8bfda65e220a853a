import { describe, expect, test } from 'vitest';
import type { Conversion } from '../../shared/checks/examine.ts';
import type { Finding } from '../../shared/contracts/finding.ts';
import { isSafeAsItCame, isSafeWithin } from './serve.ts';

const disk = { format: 'qcow2', variant: '3', virtualSize: 1024 } as const;
const converted = { format: 'raw', size: 1, virtualSize: 1, allocatedSize: 1, sha256: 'a' } as const;
function finding(code: string, outcome: Finding['outcome']): Finding {
  return { code, step: 'admit', outcome, params: {} };
}
const passed = finding('format', 'pass');
const bare = { containerFormat: 'bare' };
const compressed = { containerFormat: 'compressed' };

describe('bytes are safe to be served as they came', () => {
  test.each<[string, Finding[], boolean]>([
    ['a disk that QEMU sees alike', [passed], true],
    ['a disk that QEMU sees otherwise', [passed, finding('qemu-disagrees', 'fail')], false],
    ['what we refuse', [finding('backing-file', 'fail')], false],
    ['what nobody takes for a disk', [finding('unrecognised', 'fail')], true],
    ['what only QEMU takes for a disk', [finding('unrecognised', 'fail'), finding('hidden-format', 'fail')], false],
    ['what could not be looked at', [passed, finding('hidden-format', 'unknown')], false],
    ['a finding that nobody knows', [passed, finding('of-tomorrow', 'fail')], false],
    ['what nobody has looked at', [], false],
  ])('%s', (_what, findings, safe) => {
    expect(isSafeAsItCame(bare, { layers: [], findings })).toBe(safe);
    expect(isSafeAsItCame(bare, { layers: [{ kind: 'gz' }], findings: [] })).toBe(true);
    // Those who take it decompress it, or put it together.
    expect(isSafeAsItCame(bare, { layers: [{ kind: 'tar' }, { kind: 'pieces' }], findings: [passed] })).toBe(false);
    expect(isSafeAsItCame(compressed, { layers: [], findings })).toBe(false);
  });

  test.each<[string, { containerFormat: string }, Partial<Conversion>, boolean]>([
    ['a disk that was converted', compressed, { disk, converted }, true],
    ['no disk', compressed, { findings: [finding('unrecognised', 'fail')] }, false],
    ['a disk that is refused', compressed, { disk, converted, findings: [finding('qemu-disagrees', 'fail')] }, false],
    ['a disk that was not converted', compressed, { disk }, false],
    ['a disk that lay there in pieces', bare, { disk, converted, layers: [{ kind: 'pieces' }] }, true],
    ['of what is declared bare, that says nothing', bare, { disk, converted }, false],
  ])('within what is compressed: %s', (_what, declared, conversion, safe) => {
    expect(isSafeWithin(declared, { layers: [], findings: [passed], tools: {}, ...conversion })).toBe(safe);
  });
});
