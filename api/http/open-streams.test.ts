import type { ServerResponse } from 'node:http';
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { requestLimits } from '../../shared/limits/request-limits.ts';
import { createOpenStreams } from './open-streams.ts';

/** Its reader takes nothing. */
function unread(): ServerResponse {
  return new Writable({ highWaterMark: 1, write: () => undefined }) as unknown as ServerResponse;
}
const large = 'x'.repeat(requestLimits.unreadStreamBytes.most + 1000);

test('an event may be larger than what may stay unread; a reader who leaves it there gets no second one', () => {
  const streams = createOpenStreams();
  const stream = unread();
  streams.write(stream, large);
  expect(stream.destroyed).toBe(false);
  streams.write(stream, 'data: more');
  expect(stream.destroyed).toBe(true);
});

test('small events are kept up to the limit', () => {
  const streams = createOpenStreams();
  const stream = unread();
  const half = 'x'.repeat(requestLimits.unreadStreamBytes.most / 2 - 10);
  streams.write(stream, half);
  streams.write(stream, half);
  expect(stream.destroyed).toBe(false);
  streams.write(stream, half);
  expect(stream.destroyed).toBe(true);
});

test('of all together the worst is given up', () => {
  const streams = createOpenStreams();
  const many = Array.from({ length: Math.ceil(requestLimits.unreadStreamsBytes.most / large.length) + 1 }, unread);
  for (const stream of many) streams.write(stream, large);
  expect(many.filter(({ destroyed }) => destroyed).length).toBeGreaterThan(0);
});
