/** One server-sent event. Source: https://html.spec.whatwg.org/multipage/server-sent-events.html, 9.2.6. */
export type ServerSentEvent = { event: string; data: string };

/** An image with a long history is some hundred KiB. */
const longest = 64 * 1024 ** 2;

/** Events of a stream of text, however it is cut. Comments and unfinished events are left out. */
export async function* parseEvents(chunks: AsyncIterable<string>): AsyncGenerator<ServerSentEvent> {
  let rest = '';
  let event = '';
  let data: string[] = [];
  for await (const chunk of chunks) {
    rest += chunk;
    if (rest.length > longest) throw new Error('a line of the event stream is too long');
    // A CR at the end may be the first half of CRLF.
    const held = rest.endsWith('\r') ? '\r' : '';
    const lines = rest.slice(0, rest.length - held.length).split(/\r\n|\n|\r/);
    rest = (lines.pop() ?? '') + held;
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) yield { event: event || 'message', data: data.join('\n') };
        event = '';
        data = [];
        continue;
      }
      const colon = line.indexOf(':');
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (field === 'event') event = value;
      if (field === 'data') data.push(value);
    }
  }
}
