import { expect, test } from 'vitest';
import { toFindingView } from '../../shared/checks/finding-view.ts';
import { decide } from '../../shared/checks/verdict.ts';
import type { CheckReport } from '../../shared/contracts/check.ts';
import type { Finding } from '../../shared/contracts/finding.ts';
import { render } from '../terminal.ts';
import { checkLines } from './check-lines.ts';

const MiB = 1024 ** 2;
function finding(code: string, step: Finding['step'], outcome: Finding['outcome'], params = {}): Finding {
  return {
    code,
    step,
    outcome,
    params,
  };
}
const format = finding('format', 'admit', 'pass', { format: 'vmdk', variant: 'streamOptimized' });
const cloudInit = finding('cloud-init-installed', 'inspect', 'fail');

function makeReport(findings: Finding[], more: Partial<CheckReport> = {}): CheckReport {
  return {
    schema: 'bootready.check/v1',
    file: { name: 'debian.ova', size: 300 * MiB },
    policy: 'enforce',
    verdict: decide(findings, more.policy ?? 'enforce'),
    layers: [{ kind: 'tar', member: 'debian-disk1.vmdk', offset: 512, size: 1 }, { kind: 'disk' }],
    findings: findings.map((each) => toFindingView(each, 'en', more.guest)),
    tools: {},
    ...more,
  };
}
function toText(report: CheckReport, language: 'en' | 'de' = 'en'): string {
  return checkLines(report, language)
    .map((line) => render(line, false))
    .join('\n');
}

test('what was found, the findings in groups, the verdict', () => {
  const text = toText(
    makeReport([format, cloudInit], {
      disk: { format: 'vmdk', variant: 'streamOptimized', virtualSize: 1024 * MiB },
      converted: {
        format: 'raw',
        size: 1024 * MiB,
        virtualSize: 1024 * MiB,
        allocatedSize: 452 * MiB,
        sha256: 'ab'.repeat(32),
      },
      guest: {
        partitionTable: 'gpt',
        firmware: ['bios', 'uefi'],
        osName: 'Debian GNU/Linux 12 (bookworm)',
        architecture: 'x86_64',
        packageFormat: 'deb',
        kernels: ['6.1.0-56-cloud-amd64'],
      },
      output: '/srv/debian.raw',
    }),
  );
  expect(text).toBe(`debian.ova  300 MiB
disk         vmdk (streamOptimized), 1.0 GiB, gpt, debian-disk1.vmdk
system       Debian GNU/Linux 12 (bookworm), x86_64, boots with bios, uefi
kernel       6.1.0-56-cloud-amd64
result       raw, 1.0 GiB, 452 MiB of data
sha256       ${'ab'.repeat(32)}
kept as      /srv/debian.raw

Passed (1)
  Format: vmdk (streamOptimized)

Failures (1)
  cloud-init
      cloud-init is not installed. An instance gets neither host name nor SSH key nor network configuration.
      To do: Install it in the image.
        apt-get install cloud-init  # debian

It would be rejected (policy enforce).`);
});

test('what does not reject under this policy is a warning, and so is what could not be seen', () => {
  const unseen = finding('virtio-block-initramfs', 'inspect', 'unknown', { kernel: '6.1' });
  const text = toText(makeReport([format, cloudInit, unseen], { policy: 'warn' }));
  expect(text).toContain('Warnings (2)\n  cloud-init\n');
  expect(text).toContain('  virtio disk driver at boot (not known)\n');
  expect(text).not.toContain('Failures');
  expect(text).toMatch(/It would be published, with warnings \(policy warn\)\.$/);
});

test('a refused upload has nothing but the reason', () => {
  const text = toText(makeReport([finding('empty', 'admit', 'fail')], { layers: [] }));
  expect(text).toMatch(/^debian\.ova {2}300 MiB\n\nFailures \(1\)\n/);
});

test('German', () => {
  const report = makeReport([format], { findings: [toFindingView(format, 'de')] });
  expect(toText(report, 'de')).toContain('Bestanden (1)');
  expect(toText(report, 'de')).toMatch(/Es würde veröffentlicht \(policy enforce\)\.$/);
});

test('names that strangers chose forge no lines', () => {
  const text = toText(makeReport([format], { layers: [{ kind: 'tar', member: 'a\u001b[2J\nPassed (99)' }] }));
  expect(text).not.toContain('\u001b');
  expect(text).not.toMatch(/^Passed \(99\)/m);
});
