import { expect, test } from 'vitest';
import { toFindingView } from '../checks/finding-view.ts';
import { rejects } from '../checks/verdict.ts';
import type { Finding } from '../contracts/finding.ts';
import type { ReportDocument } from './document.ts';
import { reportHtml } from './html.ts';
import { reportText } from './text.ts';

function finding(code: string, step: Finding['step'], outcome: Finding['outcome'], params = {}) {
  return toFindingView({ code, step, outcome, params }, 'en', { packageFormat: 'deb' });
}

const document: ReportDocument = {
  title: 'Debian <12>',
  verdict: 'reject',
  layers: [{ kind: 'disk' }],
  disk: { format: 'vmdk', variant: 'streamOptimized', virtualSize: 1024 ** 3 },
  guest: { osName: '<script>alert(1)</script>', architecture: 'x86_64', packageFormat: 'deb' },
  tools: { 'qemu-img': '7.2' },
  findings: [
    finding('format', 'admit', 'pass', { format: 'vmdk', variant: 'streamOptimized' }),
    finding('cloud-init-installed', 'inspect', 'fail'),
    finding('clone-users', 'inspect', 'warn', { users: '"><img src=x onerror=alert(1)>\u001b[31m' }),
    finding('serial-console', 'inspect', 'unknown'),
  ],
};
function strict(each: (typeof document.findings)[number]) {
  return rejects(each, 'enforce');
}

test('the text tells the worst first, with what to do', () => {
  const text = reportText(document, strict, 'en');
  expect(text.split('\n').filter((line) => /^\S/.test(line))).toEqual([
    'Report: Debian <12>',
    'It is rejected.',
    'disk         vmdk (streamOptimized), 1.0 GiB',
    'system       <script>alert(1)</script>, x86_64',
    'Failures (1)',
    'Warnings (2)',
    'Passed (1)',
  ]);
  expect(text).toContain('        apt-get install cloud-init  # debian\n');
  expect(text).not.toContain('\u001b');
});

test('whatever a guest wrote, the page holds it as text', () => {
  const html = reportHtml(document, strict, 'de');
  expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(html).not.toMatch(/<script|<img/);
  expect(html).not.toContain('\u001b');
  expect(html).toContain('<html lang="de">');
  expect(html).toContain('Es ist abgelehnt.');
  // Nothing is fetched.
  expect(html).not.toMatch(/<[^>]+ (?:src|href)=|@import|url\(/i);
});

test('a data disk has no system, and its partition table belongs to the disk', () => {
  const disk = { format: 'qcow2', variant: 'v3', virtualSize: 1024 ** 3 } as const;
  const lines = reportText({ ...document, disk, guest: { partitionTable: 'mbr' } }, strict, 'en').split('\n');
  expect(lines).toContain('disk         qcow2 (v3), 1.0 GiB, mbr');
  expect(lines.filter((line) => line.startsWith('system'))).toEqual([]);
  const raw = { format: 'raw', variant: 'gpt', virtualSize: 1024 ** 3 } as const;
  const told = reportText({ ...document, disk: raw, guest: { partitionTable: 'gpt' } }, strict, 'en');
  expect(told).toContain('disk         raw (gpt), 1.0 GiB\n');
});

test('a report of an installation says which image, when and where, and holds the screen', () => {
  const at = new Date('2026-03-01T13:05:00Z');
  const origin = { imageId: '1234', run: 2, at, installation: 'https://images.example.org' };
  const lines = reportText({ ...document, origin }, strict, 'de').split('\n');
  expect(lines).toContain('Image        1234');
  expect(lines).toContain('geprüft      1. März 2026 um 13:05 UTC, Durchlauf 2');
  expect(lines).toContain('Installation https://images.example.org');
  expect(lines).toContain('Disk         vmdk (streamOptimized), 1,0 GiB');
  const page = reportHtml({ ...document, origin, screen: 'aGk=' }, strict, 'en');
  expect(page).toContain('1 March 2026 at 13:05 UTC, run 2');
  expect(page).toContain('src="data:image/png;base64,aGk="');
  expect(reportHtml(document, strict, 'en')).not.toContain('<img');
});

test('a rejected disk has no result', () => {
  const converted = {
    format: 'raw',
    size: 1024 ** 3,
    allocatedSize: 1024,
    sha256: 'ab',
  } as ReportDocument['converted'];
  const read = (verdict: ReportDocument['verdict']) =>
    reportText({ ...document, verdict, converted }, strict, 'en')
      .split('\n')
      .filter((line) => /^(result|sha256) /.test(line));
  expect(read('publish')).toHaveLength(2);
  expect(read('reject')).toEqual([]);
});
