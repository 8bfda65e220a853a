import { expect, test } from 'vitest';
import { headersOf } from './headers.ts';

test('pairs by comma, percent-encoded; what is none is left out', () => {
  expect(headersOf('authorization=Bearer%20a=b, x-scope = one ,,odd')).toEqual({
    authorization: 'Bearer a=b',
    'x-scope': 'one',
  });
  expect(headersOf(undefined)).toEqual({});
  expect(headersOf('a=100%')).toEqual({ a: '100%' });
});
