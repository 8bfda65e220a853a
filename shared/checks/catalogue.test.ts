import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { GuestFacts } from '../contracts/run.ts';
import { admissionChecks } from './admission.ts';
import { bootChecks } from './boot.ts';
import { catalogue, describeFinding } from './catalogue.ts';
import { linux } from './guest/cases/case.ts';
import { guestChecks, guestFindings } from './guest/checks.ts';
import { toUnseen } from './guest/unseen.ts';
import { inspectionChecks } from './inspection.ts';
import { readParams } from './message.ts';
import { unseenWords } from './unseen-words.ts';

const root = join(import.meta.dirname, '../..');
const sources = ['shared/formats', 'shared/checks', 'workers']
  .flatMap((folder) => readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, String(name))))
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => readFileSync(join(root, name), 'utf8'))
  .join('\n');

test('every code that a step makes a finding with is in the catalogue', () => {
  const used = [
    ...sources.matchAll(/\b(?:refusal|warning|fail|failing|finding|bootFinding)\(\s*'([a-z0-9-]+)'/g),
    ...sources.matchAll(/\bcode: '([a-z0-9-]+)', step:/g),
    ...sources.matchAll(/refused: '([a-z0-9-]+)'/g),
    ...sources.matchAll(/failure: '(boot-[a-z0-9-]+)'/g),
  ].map(([, code]) => code as string);
  expect(new Set(used).size).toBeGreaterThan(40);
  expect(used.filter((code) => !(code in catalogue))).toEqual([]);
});

test('no code means two things', () => {
  const tables = [admissionChecks, inspectionChecks, bootChecks].flatMap((table) => Object.keys(table));
  const codes = [...tables, ...guestChecks.map(({ code }) => code)];
  expect(codes).toHaveLength(Object.keys(catalogue).length);
});

test.each(Object.entries(catalogue))('%s says the same in both languages, and says it whole', (_code, check) => {
  for (const text of [check.title, check.problem, check.remedy]) {
    expect(readParams(text.de)).toEqual(readParams(text.en));
    expect(text.de).not.toBe('');
  }
  for (const language of ['en', 'de'] as const) {
    expect(check.problem[language]).toMatch(/[.!?]$|\{line\}$/);
    expect(check.problem[language]).not.toBe(check.remedy[language]);
  }
});

test.each(Object.entries(unseenWords))('why something was not seen is said in both languages: %s', (_, words) => {
  for (const text of [words.problem, words.remedy]) expect(readParams(text.de)).toEqual(readParams(text.en));
  expect(readParams(words.problem.en).filter((name) => name !== 'what')).toEqual([]);
  for (const language of ['en', 'de'] as const) expect(words.problem[language]).toMatch(/\.$/);
});

test('an unknown finding is explained by its reason, and never by the words of a result', () => {
  const unseen = { unseen: 'filesystem', what: '/dev/sda3 (xfs)' };
  const finding = { code: 'cloud-init-installed', step: 'inspect', outcome: 'unknown', params: unseen } as const;
  expect(describeFinding(finding, 'en').problem).toContain(
    'The filesystem on /dev/sda3 (xfs) could not be mounted'.slice(4),
  );
  expect(describeFinding(finding, 'de')).toMatchObject({
    problem: expect.stringContaining('Das lässt sich hier nicht lesen: Das Dateisystem auf /dev/sda3 (xfs)'),
    remedy: expect.stringContaining('Starttest'),
  });
  expect(describeFinding(finding, 'en')).not.toHaveProperty('commands');
  // For reports of an older or a newer version, as far as their words are known.
  for (const params of [{}, { unseen: 'of-tomorrow' }])
    expect(describeFinding({ ...finding, params }, 'en').problem).toContain('not installed');
  const old = { ...finding, code: 'kernel-root-name', params: { root: '?' } };
  expect(describeFinding(old, 'en').problem).toContain('names not known as root');
});

test('no check says "?" or "-" of what is not known: no text has a place for it', () => {
  const guest = linux({ kernel: undefined, boot: { entry: toUnseen('boot-entry') }, packages: toUnseen('packages') });
  for (const language of ['en', 'de'] as const)
    for (const finding of guestFindings(guest)) {
      const { problem = '' } = describeFinding(finding, language);
      expect(problem).not.toMatch(/\(-\)|\(\?\)|[ (][?-][,.)]|\{/);
    }
});

test('no command holds a param: those are the words of guests, and commands are copied into shells', () => {
  const commands = Object.values(catalogue).flatMap((check) => check.commands ?? []);
  expect(commands.length).toBeGreaterThan(10);
  expect(commands.filter(({ run }) => /\{[a-zA-Z]+\}/.test(run) || run.includes('\n'))).toEqual([]);
});

test('the commands are those of the system that was found', () => {
  const finding = { code: 'cloud-init-installed', step: 'inspect', outcome: 'fail', params: {} } as const;
  const on = (guest?: GuestFacts) => describeFinding(finding, 'en', guest).commands?.map(({ run }) => run);
  expect(on({ osType: 'linux', packageFormat: 'deb' })).toEqual(['apt-get install cloud-init']);
  expect(on({ packageFormat: 'rpm', osDistro: 'opensuse' })).toEqual(['zypper install cloud-init']);
  expect(on({ packageFormat: 'rpm', osDistro: 'rocky' })).toEqual(['dnf install cloud-init']);
  expect(on()).toHaveLength(4);
});

test('a finding shows its params, and a passed check only its title', () => {
  const finding = { code: 'too-small', step: 'admit', outcome: 'fail', params: { size: 7 } } as const;
  expect(describeFinding(finding, 'de')).toMatchObject({ problem: expect.stringContaining('nur 7 Byte') });
  const large = { ...finding, code: 'upload-size-limit', params: { size: 3 * 1024 ** 3, limit: 1536 } } as const;
  expect(describeFinding(large, 'de').problem).toBe('Der Upload hat 3,0 GiB. Erlaubt sind 1,5 KiB.');
  expect(describeFinding({ ...finding, outcome: 'pass' }, 'en')).toEqual({ title: 'Content of the upload' });
});

test('findings count in the right number', () => {
  const problem = (code: string, params: Record<string, number | string>) =>
    describeFinding({ code, step: 'admit', outcome: 'fail', params }, 'en').problem;
  expect(problem('too-small', { size: 1 })).toContain('only 1 byte.');
  expect(problem('quota-images', { limit: 1, used: 1 })).toBe('The project may have 1 image and has 1.');
  expect(problem('operating-system', { count: 0, table: 'gpt', content: '-' })).toMatch(
    /^No operating system was found;/,
  );
  expect(problem('cloud-init-network', {})).toContain('({file})');
  expect(
    describeFinding({ code: 'cloud-init-network', step: 'inspect', outcome: 'fail', params: {} }, 'de').remedy,
  ).toContain('"network: {config: disabled}"');
});
