import { expect, test } from 'vitest';
import { planParts, readMd5 } from './part-plan.ts';

const md5 = 'd41d8cd98f00b204e9800998ecf8427e';
const session = { size: 25, partSize: 10, partCount: 3 };
function part(partNumber: number, offset: number, length: number) {
  return { partNumber, offset, length };
}

test('a new upload sends every part, the last one shorter', () => {
  expect(planParts({ ...session, parts: [] })).toEqual({
    stored: [],
    missing: [part(1, 0, 10), part(2, 10, 10), part(3, 20, 5)],
  });
});

test('what the store has is not sent again, unless its length is another', () => {
  expect(
    planParts({
      ...session,
      parts: [
        { partNumber: 3, etag: md5, size: 5 },
        { partNumber: 1, etag: md5, size: 9 },
        { partNumber: 4, etag: md5, size: 10 },
      ],
    }),
  ).toEqual({ stored: [{ ...part(3, 20, 5), etag: md5, md5 }], missing: [part(1, 0, 10), part(2, 10, 10)] });
});

test.each([
  [md5, md5],
  [`"${md5.toUpperCase()}"`, md5],
  [`${md5}-3`, undefined],
  ['', undefined],
  [undefined, undefined],
])('the ETag %j is the MD5 %j', (etag, expected) => {
  expect(readMd5(etag)).toBe(expected);
});
