import { afterEach, expect, test, vi } from 'vitest';
import { printPolicy } from './policy.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

function printed(...parameters: Parameters<typeof printPolicy>): string {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  printPolicy(...parameters);
  return String(write.mock.calls[0]?.[0]);
}

test('by role for AWS and MinIO, with the names of the buckets', () => {
  const text = printed({ for: 'minio', role: 'api' }, { UPLOADS_BUCKET: 'incoming' });
  expect(text).toContain('"arn:aws:s3:::incoming/*"');
  expect(text).toContain('"arn:aws:s3:::images/*"');
  expect(text).not.toContain('ListBucketMultipartUploads');
});

test('by bucket for Ceph, with its users and their tenants', () => {
  const text = printed({ for: 'ceph', bucket: 'images', user: ['api=web', 'worker=cloud$steps'] }, {});
  expect(text).toContain('"arn:aws:iam:::user/web"');
  expect(text).toContain('"arn:aws:iam::cloud:user/steps"');
  expect(text).not.toContain('uploads');
});

test.each([
  [{ for: 'aws' as const }, /--role is missing/],
  [{ for: 'aws' as const, role: 'root' }, /--role does not know "root"/],
  [{ for: 'ceph' as const, role: 'api' }, /--bucket is missing/],
  [{ for: 'ceph' as const, bucket: 'images', user: ['root=x'] }, /does not know "root"/],
])('%j', (options, says) => {
  expect(() => printPolicy(options, {})).toThrow(says);
});
