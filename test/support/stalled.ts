import { connect, type Socket } from 'node:net';

/** The first line of what has come back, and whether the connection is still open. */
export type Stalled = { answer: () => string; isOpen: () => boolean };

/** A connection that sends this much and then nothing. @param sockets gets its socket, for the caller to end */
export function stallAt(apiUrl: string, text: string, sockets: Socket[]): Stalled {
  const { hostname, port } = new URL(apiUrl);
  const socket = connect(Number(port), hostname);
  sockets.push(socket);
  let answer = '';
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    answer += String(chunk);
  });
  socket.write(text);
  return { answer: () => answer.split('\r\n', 1)[0] ?? '', isOpen: () => !socket.closed };
}
