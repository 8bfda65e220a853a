import { expect, test } from 'vitest';
import { allWords } from '../portal/words/all-words.ts';
import { catalogue } from '../shared/checks/catalogue.ts';
import { errorCodes } from '../shared/error-codes.ts';
import { sentences } from '../shared/problems/translate.ts';
import { remedies } from '../shared/remedies/remedies.ts';
import { imageStates } from '../shared/status/states.ts';
import { stepTicks } from '../shared/status/step-tick.ts';
import { findEnglish } from './support/english.ts';

/** German texts that a page may show; test/portal/german.test.ts walks the pages themselves. */
const texts: readonly (readonly [from: string, text: string])[] = [
  ...Object.entries(allWords).map(([key, { de }]) => [`word ${key}`, de] as const),
  ...sentences.map(({ en, de }) => [`sentence "${en}"`, de] as const),
  ...Object.entries(imageStates).flatMap(([key, { label, sentence }]) =>
    [label, sentence].map(({ de }) => [`state ${key}`, de] as const),
  ),
  ...Object.entries(stepTicks).map(([key, { label }]) => [`tick ${key}`, label.de] as const),
  ...Object.entries(errorCodes).map(([code, { de }]) => [`error ${code}`, Object.values(de).join(' ')] as const),
  ...Object.entries(catalogue).flatMap(([code, { title, problem, remedy }]) =>
    [title, problem, remedy].map(({ de }) => [`check ${code}`, de] as const),
  ),
  ...remedies.flatMap(({ code, title, plan, systems }) =>
    [title, plan, systems].map(({ de }) => [`remedy ${code}`, de] as const),
  ),
];

/** ICU messages say how many by words of their own. */
function withoutSyntax(text: string): string {
  return text.replace(/\{\w+(?:, number, bytes)?\}|\{\w+, plural,|\bone \{|\bother \{|=\d+ \{|[{}#]/g, ' ');
}

test('no German text has English in it', () => {
  expect(texts.length).toBeGreaterThan(1000);
  const wrong = texts.flatMap(([from, text]) => {
    const why = findEnglish(withoutSyntax(text));
    return why === undefined ? [] : [`${from}: ${why}`];
  });
  expect(wrong).toEqual([]);
});

test.each([
  'Es sieht aus wie data without any known structure',
  'Warning alert:',
  'Send "Authorization: Bearer KEY"',
  'The attribute "os_hash_algo" is read-only.',
  'Rebuild initramfs images inside guest systems soon',
])('finds the English of: %s', (text) => {
  expect(findEnglish(text)).toBeDefined();
});

test.each([
  'Legen Sie es an, im Portal oder mit "bootready project create".',
  'Debian GNU/Linux 12 (bookworm)',
  'dracut hat das Initramfs nur für die Maschine erzeugt, auf der es lief (host-only).',
])('takes names and commands for what they are: %s', (text) => {
  expect(findEnglish(text)).toBeUndefined();
});
