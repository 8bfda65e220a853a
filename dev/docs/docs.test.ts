import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checksPage, page } from './checks.ts';
import { limitsPage, limitsText } from './limits.ts';
import { openApiFiles } from './openapi.ts';
import { schemaFiles } from './schemas.ts';
import { containerProfilePath, containerProfileText } from './seccomp.ts';
import { whatOthersSeePage, whatOthersSeeText } from './what-others-see.ts';

test('docs/checks.md says what the catalogue says (npm run docs)', () => {
  expect(readFileSync(page, 'utf8')).toBe(checksPage());
});

test('docs/api-limits.md says what the API enforces (npm run docs)', () => {
  expect(readFileSync(limitsPage, 'utf8')).toBe(limitsText());
});

test('docs/what-others-see.md says what both APIs filter by (npm run docs)', () => {
  expect(readFileSync(whatOthersSeePage, 'utf8')).toBe(whatOthersSeeText());
});

test('deploy/seccomp/worker.json allows what the lists of the sandbox say (npm run docs)', () => {
  expect(JSON.parse(readFileSync(containerProfilePath, 'utf8'))).toEqual(JSON.parse(containerProfileText()));
});

test.each(schemaFiles)('$path is the schema of the contract (npm run docs)', ({ path, text }) => {
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(JSON.parse(text));
});

describe('the OpenAPI document', async () => {
  const files = await openApiFiles();

  test.each(files)('$path is what the routes are (npm run docs)', ({ path, text }) => {
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test('every operation has a name of its own, words, and says what it refuses', () => {
    const [document] = files;
    const { paths } = JSON.parse(document?.text ?? '') as { paths: Record<string, Record<string, Operation>> };
    const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
    expect(operations.length).toBeGreaterThan(20);
    const names = operations.map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(operations.length);
    for (const { operationId, summary, responses } of operations) {
      expect(operationId).toMatch(/^[a-z]+[A-Za-z]+$/);
      expect([operationId, summary]).toEqual([operationId, expect.stringMatching(/./)]);
      for (const status of ['400', '401', '503']) {
        expect([operationId, responses[status]?.content?.['application/json']?.schema]).toEqual([
          operationId,
          { $ref: '#/components/schemas/ApiError' },
        ]);
      }
    }
  });
});
type Operation = {
  operationId?: string;
  summary?: string;
  responses: Record<string, { content?: Record<string, { schema: unknown }> }>;
};
