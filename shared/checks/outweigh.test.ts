import { expect, test } from 'vitest';
import type { Finding } from '../contracts/finding.ts';
import { bootChecks } from './boot.ts';
import { catalogue, describeFinding } from './catalogue.ts';
import { outweigh } from './outweigh.ts';
import { decide } from './verdict.ts';

function found(code: string, outcome: Finding['outcome'], params: Finding['params'] = {}): Finding {
  return {
    code,
    outcome,
    params,
    step: code.startsWith('boot-') && code in bootChecks ? 'boot-check' : 'inspect',
  };
}
const started = found('boot-reached-cloud-init', 'pass');

test('a virtio check that fails while the image starts on virtio is a warning that says so', () => {
  const virtio = found('virtio-block-initramfs', 'fail', { kernel: '6.1' });
  expect(decide(outweigh([virtio]), 'enforce')).toBe('reject');
  const [warning, ...others] = outweigh([virtio, started]);
  expect(others).toEqual([started]);
  expect(warning).toEqual({
    ...virtio,
    outcome: 'warn',
    params: { kernel: '6.1', shownBy: 'boot-reached-cloud-init' },
  });
  expect(decide([warning as Finding, started], 'enforce')).toBe('publish-with-warnings');
  expect(describeFinding(warning as Finding, 'en').problem).toMatch(
    /^The image still started in the boot check, .*6\.1/,
  );
  expect(describeFinding(warning as Finding, 'de').problem).toMatch(/^Das Image ist im Starttest trotzdem gestartet/);
});

test('what could not be seen has been seen, then', () => {
  const unseen = found('operating-system', 'unknown', { unseen: 'filesystem', what: '/dev/sda1 (xfs)' });
  expect(outweigh([unseen, started])[0]).toEqual(
    found('operating-system', 'pass', { shownBy: 'boot-reached-cloud-init' }),
  );
  expect(outweigh([unseen])).toEqual([unseen]);
});

test('a start that did not pass shows nothing, and one that did shows no more than it does', () => {
  const virtio = found('virtio-block-initramfs', 'fail');
  for (const outcome of ['warn', 'fail', 'unknown'] as const) {
    const notStarted = found('boot-reached-cloud-init', outcome);
    expect(outweigh([virtio, notStarted])).toEqual([virtio, notStarted]);
  }
  const others = ['cloud-init-datasources', 'clone-empty-password', 'virtio-net', 'too-small', 'made-by-tomorrow'];
  for (const code of others) expect(outweigh([found(code, 'fail'), started])[0]).toEqual(found(code, 'fail'));
  expect(outweigh([found('nvme', 'warn'), started])[0]).toEqual(found('nvme', 'warn'));
});

test('what a start shows are findings of the boot check, and safety is never among what they soften', () => {
  const shown = Object.values(catalogue).filter(({ shownBy = [] }) => shownBy.length > 0);
  expect(shown.length).toBeGreaterThan(15);
  expect(shown.flatMap(({ shownBy = [] }) => shownBy).filter((code) => !(code in bootChecks))).toEqual([]);
  expect(shown.filter(({ severity }) => severity === 'safety')).toEqual([]);
});
