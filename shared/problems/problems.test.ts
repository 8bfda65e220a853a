import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAst } from 'rolldown/parseAst';
import { expect, test } from 'vitest';
import { readParams } from '../checks/message.ts';
import { sentences, translateChange, translateFailure, translateSentence } from './translate.ts';

const root = join(import.meta.dirname, '../..');

/**
 * Their errors reach no page: commands and processes that start are read by operators, in English; OpenStack's clients send no
 * language; signatures are verified on the command line.
 */
const english = [
  /^cli\//,
  /^api\/openstack\//,
  /^api\/main\.ts$/,
  /^shared\/(config|operation\/targets|formats\/refused)\.ts$/,
  /^shared\/(oidc\/settings|provenance\/(keys|verify))\.ts$/,
  /^adapters\/(environment|tls-pair|temporal\/config|metrics\/serve|queues\/connection|object-store\/(cors|versitygw))\.ts$/,
  /^adapters\/database\/(connection|grant-rights|migrate|import-task-store)\.ts$/,
];

/** Another sentence may follow; the catalogue has them together. */
const inTwoParts = new Set(['The remedy "{}" failed: its commands do not work in this system.{}']);

type Node = {
  type?: string;
  name?: string;
  value?: unknown;
  callee?: Node;
  arguments?: Node[];
  consequent?: Node;
  alternate?: Node;
  quasis?: { value: { cooked: string } }[];
  expressions?: Node[];
  properties?: { type: string; key: { name?: string; value?: string }; value: Node }[];
};

/** The texts that an expression may be, with `{}` in the place of what is filled in; none where it is a name. */
function collectTexts(node: Node | undefined): string[] {
  if (node?.type === 'Literal' && typeof node.value === 'string') return [node.value];
  if (node?.type === 'ConditionalExpression')
    return [...collectTexts(node.consequent), ...collectTexts(node.alternate)];
  if (node?.type !== 'TemplateLiteral') return [];
  let texts = [''];
  node.quasis?.forEach(({ value }, index) => {
    const inner = index < (node.expressions?.length ?? 0) ? collectChoices(node.expressions?.[index]) : [''];
    texts = texts.flatMap((text) => inner.map((each) => text + value.cooked + each));
  });
  return texts;
}

function collectChoices(node: Node | undefined): string[] {
  const texts = node?.type === 'ConditionalExpression' ? collectTexts(node) : [];
  return texts.length > 0 ? texts : ['{}'];
}

function messagesIn(source: string): string[] {
  const found: string[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) {
      for (const each of node) visit(each);
      return;
    }
    if (typeof node !== 'object' || node === null) return;
    const { type, callee, arguments: args = [], properties = [] } = node as Node;
    if (type === 'ObjectExpression') {
      const fields = new Map(
        properties
          .filter((property) => property.type === 'Property')
          .map(({ key, value }) => [key.name ?? key.value, value]),
      );
      if (fields.has('message') && (fields.has('code') || fields.has('remedy')))
        found.push(...collectTexts(fields.get('message')), ...collectTexts(fields.get('remedy')));
    }
    // Functions that make an error of its words.
    if (type === 'CallExpression' && /^(failed|invalid|refused|forbidden|no)$/.test(callee?.name ?? ''))
      found.push(...args.flatMap(collectTexts));
    for (const each of Object.values(node)) visit(each);
  };
  visit(parseAst(source, { lang: 'ts' }));
  return found;
}

function skeleton(text: string): string {
  return text.replace(/\{\w+\}/g, '{}');
}

test('every failure that reaches a page has its German', async () => {
  const known = new Set(sentences.map(({ en }) => skeleton(en)));
  const missing: string[] = [];
  let count = 0;
  for await (const path of glob('{shared,workflows,workers,adapters,api}/**/*.ts', { cwd: root })) {
    if (/\.test\.ts$|openapi\.ts$/.test(path) || english.some((each) => each.test(path))) continue;
    const messages = messagesIn(readFileSync(join(root, path), 'utf8'));
    count += messages.length;
    missing.push(
      ...messages
        .filter((each) => !known.has(skeleton(each)) && !inTwoParts.has(each))
        .map((each) => `${path}: ${each}`),
    );
  }
  expect(count).toBeGreaterThan(200);
  expect(missing).toEqual([]);
});

test('both languages name the same, and no sentence stands twice', () => {
  for (const { en, de } of sentences) {
    const names = new Set(en.match(/\{\w+\}/g));
    expect([en, [...new Set(de.match(/\{\w+\}/g))].filter((name) => !names.has(name))]).toEqual([en, []]);
  }
  expect(sentences.map(({ en }) => en).filter((en, index, all) => all.indexOf(en) !== index)).toEqual([]);
});

test('a sentence is known by its fixed parts, however it is filled in', () => {
  expect(translateSentence('Target "shelf" has no bucket "a "b" c".', 'de')).toBe(
    'Das Ziel „shelf“ hat keinen Bucket „a "b" c“.',
  );
  expect(translateSentence('The file has 1.5 GiB; the limit for uploads is 512 MiB.', 'de')).toBe(
    'Die Datei hat 1,5 GiB; die Grenze für Uploads ist 512 MiB.',
  );
  expect(translateSentence('An image has at most 128 tags.', 'de')).toBe('Ein Image hat höchstens 128 Tags.');
  expect(translateSentence('keystone.example of target "far" does not answer.', 'de')).toBe(
    'keystone.example des Ziels „far“ antwortet nicht.',
  );
  expect(translateSentence('Image not found.', 'en')).toBe('Image not found.');
  expect(translateSentence('mirror.example does not answer.', 'de')).toBe('mirror.example antwortet nicht.');
  expect(translateSentence('The other thing does not answer.', 'de')).toBeUndefined();
  expect(translateSentence('no such sentence', 'de')).toBeUndefined();
});

test('a failure that nobody translated is quoted behind the words for its code', () => {
  expect(translateFailure({ code: 'conflict', message: 'Out of cheese.', remedy: 'Get some.' }, 'de')).toEqual({
    code: 'conflict',
    message: 'Das ist im jetzigen Zustand nicht möglich. (Meldung: „Out of cheese.“)',
    remedy: '„Get some.“',
  });
  expect(translateFailure({ code: 'not-found', message: 'Image not found.' }, 'de')).toEqual({
    code: 'not-found',
    message: 'Image nicht gefunden.',
  });
});

test.each([
  ['added virtio_pci to /etc/initramfs-tools/modules', 'virtio_pci in /etc/initramfs-tools/modules ergänzt'],
  ['removed SSH host key: /etc/ssh/ssh_host_rsa_key', 'SSH-Host-Schlüssel entfernt: /etc/ssh/ssh_host_rsa_key'],
  ['/etc/fstab: /dev/sda1 is UUID=1-2', '/etc/fstab: aus /dev/sda1 wird UUID=1-2'],
  ['what the guest prints', 'what the guest prints'],
])('the change "%s" is told in German', (en, de) => {
  expect(translateChange(en, 'de')).toBe(de);
});

test('a long sentence of foreign text is read in linear time', () => {
  const begun = performance.now();
  translateSentence(`Target "${'" has no bucket "'.repeat(200_000)}`, 'de');
  expect(performance.now() - begun).toBeLessThan(1000);
});

test('the German of a sentence is no message with params', () => {
  for (const { de } of sentences.filter(({ en }) => !en.includes('{')))
    expect(readParams(de.replaceAll("'", '’'))).toEqual([]);
});
