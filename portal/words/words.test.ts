import { expect, test } from 'vitest';
import { formatMessage, readParams } from '../../shared/checks/message.ts';
import { describeErrorCode, type ErrorCode, errorCodes } from '../../shared/error-codes.ts';
import { actionsWords } from './actions.ts';
import { allWords } from './all-words.ts';
import { detailWords } from './detail.ts';
import { createFormats } from './formats.ts';
import { listWords } from './list.ts';
import { operationsWords } from './operations.ts';
import { settingsWords } from './settings.ts';
import { shellWords } from './shell.ts';
import { stepsWords } from './steps.ts';
import { uploadingWords } from './uploading.ts';
import { webhookWords } from './webhooks.ts';
import { words } from './words.ts';

test('each text has both languages, with the same params', () => {
  for (const [key, { en, de }] of Object.entries(allWords)) {
    expect([key, en.trim(), de.trim()]).not.toContain('');
    expect([key, readParams(de)]).toEqual([key, readParams(en)]);
  }
});

test('no key is in two files', () => {
  const files = [
    ...[actionsWords, detailWords, listWords, operationsWords],
    ...[settingsWords, shellWords, stepsWords, uploadingWords, webhookWords],
  ];
  const keys = files.flatMap((file) => Object.keys(file));
  expect(keys.toSorted()).toEqual(Object.keys(allWords).toSorted());
});

test('German texts of failures end as sentences', () => {
  for (const code of Object.keys(errorCodes) as ErrorCode[]) {
    const { title, advice = 'None.' } = describeErrorCode(code).de;
    expect([code, title.at(-1), advice.at(-1)]).toEqual([code, '.', '.']);
  }
});

test('the words of the product page are used as they stand there', () => {
  const used = [words.images, words.platformImages, words.myImages, words.uploadImage, words.create, words.remove];
  expect(used.map(({ de }) => de)).toEqual([
    'Images',
    'Plattform-Images',
    'Meine Images',
    'Image hochladen',
    'Erstelle',
    'Löschen',
  ]);
});

test('quantities are written as people of the language do', () => {
  const [de, en] = [createFormats('de'), createFormats('en')];
  expect([
    de.bytes(0),
    de.bytes(1536),
    de.bytes(1024 ** 2 - 1),
    en.bytes(1),
    en.bytes(512),
    en.bytes(3 * 1024 ** 3),
  ]).toEqual(['0 Byte', '1,5 KiB', '1,0 MiB', '1 byte', '512 bytes', '3.0 GiB']);
  expect([de.duration(6.42), de.duration(62), en.duration(3720), de.roughly(30), de.roughly(250)]).toEqual([
    '6,4 s',
    '1 min 2 s',
    '1 h 2 min',
    '30 s',
    '4 min',
  ]);
});

test.each([
  ['passedChecks', 1, '1 check passed', '1 Prüfung bestanden'],
  ['passedChecks', 2, '2 checks passed', '2 Prüfungen bestanden'],
  ['removeManyTitle', 1, 'Delete 1 image?', '1 Image löschen?'],
  ['countQueued', 1, '1 waiting', '1 wartet'],
] as const)('%s of %i is in the right number', (key, count, en, de) => {
  expect([formatMessage(allWords[key].en, 'en', { count }), formatMessage(allWords[key].de, 'de', { count })]).toEqual([
    en,
    de,
  ]);
});
