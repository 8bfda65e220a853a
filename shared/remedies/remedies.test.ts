import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { catalogue } from '../checks/catalogue.ts';
import { readParams } from '../checks/message.ts';
import { isScript } from './define.ts';
import { remedies, remediesFor } from './remedies.ts';

test('every remedy answers findings that there are, and only one remedy answers each', () => {
  const answers = remedies.flatMap((remedy) => remedy.answers);
  expect(answers.filter((code) => !(code in catalogue))).toEqual([]);
  expect(new Set(answers).size).toBe(answers.length);
  expect(new Set(remedies.map(({ code }) => code)).size).toBe(remedies.length);
});

test.each(remedies)('the words of $code are messages without params', ({ title, plan, systems }) => {
  for (const text of [title, plan, systems]) expect([text.en, text.de].flatMap(readParams)).toEqual([]);
});

test.each(remedies.filter(isScript))('the script of $code is one for every POSIX shell', ({ script }) => {
  execFileSync('sh', ['-n'], { input: script, stdio: 'pipe' });
});

test('trouble asks for its remedy, in the order in which they are done, and only on systems that it is for', () => {
  const finding = (code: string, outcome: 'pass' | 'warn' | 'fail' | 'unknown') =>
    ({ code, outcome, step: 'inspect', params: {} }) as const;
  const findings = [
    finding('clone-machine-id', 'warn'),
    finding('cloud-init-installed', 'fail'),
    finding('serial-console', 'pass'),
    finding('fstab-devices', 'unknown'),
  ];
  const codes = (guest: object) => remediesFor(findings, guest).map(({ code }) => code);
  expect(codes({ osType: 'linux', packageFormat: 'deb' })).toEqual(['install-cloud-init', 'clean-for-cloning']);
  expect(codes({ osType: 'linux', packageFormat: 'pacman' })).toEqual(['clean-for-cloning']);
  expect(codes({ osType: 'windows' })).toEqual([]);
});

test('drivers of Windows are a remedy where the installation has them', () => {
  const findings = [{ code: 'windows-disk-driver', outcome: 'fail', step: 'inspect', params: {} }] as const;
  const codes = (virtioWin: boolean, guest: object) =>
    remediesFor(findings, guest, { virtioWin }).map(({ code }) => code);
  expect(codes(true, { osType: 'windows', architecture: 'x86_64' })).toEqual(['inject-virtio-windows']);
  expect(codes(true, { osType: 'windows', architecture: 'aarch64' })).toEqual([]);
  expect(codes(false, { osType: 'windows', architecture: 'x86_64' })).toEqual([]);
});
