import { expect, test } from 'vitest';
import { toHeaders } from './headers.ts';

test('reads pairs by comma, percent-encoded, and leaves out what is not a pair', () => {
  expect(toHeaders('authorization=Bearer%20a=b, x-scope = one ,,odd')).toEqual({
    authorization: 'Bearer a=b',
    'x-scope': 'one',
  });
  expect(toHeaders(undefined)).toEqual({});
  expect(toHeaders('a=100%')).toEqual({ a: '100%' });
});
