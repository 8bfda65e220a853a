import { expect, test } from 'vitest';
import { apiReference, readDocument } from './api-reference.ts';

test('every operation of the API has its place, by resource', () => {
  const document = readDocument();
  const page = apiReference(document);
  const summaries = Object.values(document.paths).flatMap((item) => Object.values(item).map(({ summary }) => summary));
  expect(summaries.length).toBeGreaterThan(50);
  expect(page.match(/^### /gmu)).toHaveLength(summaries.length);
  expect(page).toContain('## images');
  expect(page).toContain('GET /v1/images/{id}\n');
});

test('words of the document stay text', () => {
  const operation = { summary: 'A <b> | {x}', responses: { 200: { description: 'Ok' } } };
  const page = apiReference({ info: { version: '1' }, paths: { '/v1/a/{id}': { get: operation } } });
  expect(page).toContain('### A &#60;b&#62; &#124; &#123;x&#125;');
  expect(page).toContain('| 200 | Ok |');
});
