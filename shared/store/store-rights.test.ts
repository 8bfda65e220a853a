import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { processRoles } from '../operation/process-roles.ts';
import { bucketPolicy, onBucket, onObjects, storeBuckets, storeRights, userPolicy } from './store-rights.ts';

const buckets = { uploads: 'up', images: 'im' };

test('the API removes no upload, and queues write nothing', () => {
  expect(storeRights.api.uploads).not.toContain('DeleteObject');
  for (const bucket of storeBuckets) expect(storeRights.queues[bucket]).not.toContain('PutObject');
});

test('a policy names the buckets of this installation and no others', () => {
  const policy = userPolicy('queues', buckets);
  expect(new Set(policy.Statement.flatMap(({ Resource }) => Resource))).toEqual(
    new Set(['arn:aws:s3:::up', 'arn:aws:s3:::up/*', 'arn:aws:s3:::im', 'arn:aws:s3:::im/*']),
  );
  expect(policy.Statement.flatMap(({ Action }) => Action)).not.toContain('s3:PutObject');
});

test('actions on buckets and on objects have resources of their kind', () => {
  for (const role of processRoles) {
    for (const { Action, Resource } of userPolicy(role, buckets).Statement) {
      const names: readonly string[] = Resource[0]?.endsWith('/*') ? onObjects : onBucket;
      expect(names).toEqual(expect.arrayContaining(Action.map((action) => action.replace('s3:', ''))));
    }
  }
});

test('the policy of a bucket has a part for each user that is named', () => {
  const { Statement } = bucketPolicy('uploads', buckets, { api: 'a', queues: 'q' });
  expect(new Set(Statement.flatMap(({ Principal }) => Principal?.AWS))).toEqual(new Set(['a', 'q']));
});

test('the manual has the same table', () => {
  const manual = readFileSync(join(import.meta.dirname, '../../docs/operate.md'), 'utf8');
  for (const role of processRoles) {
    for (const bucket of storeBuckets) {
      const cells = manual.split('\n').find((line) => line.startsWith(`| \`${role}\` | ${bucket} |`));
      const told = [...(cells ?? '').matchAll(/[A-Z][A-Za-z]+/g)].map(([name]) => name).sort();
      expect(told, `${role}, ${bucket}`).toEqual([...new Set<string>(storeRights[role][bucket])].sort());
    }
  }
});
