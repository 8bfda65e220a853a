import { expect, test } from 'vitest';
import { parseEvents, type ServerSentEvent } from './event-stream.ts';

async function parsed(...chunks: string[]): Promise<ServerSentEvent[]> {
  const events: ServerSentEvent[] = [];
  const stream = (async function* () {
    yield* chunks;
  })();
  for await (const event of parseEvents(stream)) events.push(event);
  return events;
}

const stream = ': hello\n\nevent: image\ndata: {"a":\ndata:1}\n\n: still here\n\ndata\n\nevent: other\n\ndata: x\n\n';
const events = [
  { event: 'image', data: '{"a":\n1}' },
  { event: 'message', data: '' },
  { event: 'message', data: 'x' },
];

test('reads events with their names and lines, and skips comments and events without data', async () => {
  expect(await parsed(stream)).toEqual(events);
});

test.each(['\r\n', '\r'])('lines may end with %j', async (end) => {
  expect(await parsed(`${stream.replaceAll('\n', end)}:\n`)).toEqual(events);
});

test('it does not matter where the network cuts', async () => {
  for (const text of [stream, stream.replaceAll('\n', '\r\n')]) {
    expect(await parsed(...text.split(''))).toEqual(events);
  }
});

test('an unfinished event is not reported', async () => {
  expect(await parsed('data: a\n\ndata: b\n')).toEqual([{ event: 'message', data: 'a' }]);
});
