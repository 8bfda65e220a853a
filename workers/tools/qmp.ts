import type { Socket } from 'node:net';

/**
 * Starts the monitor of this socket, because it answers no command before. Passes its output on unchanged.
 * https://www.qemu.org/docs/master/interop/qmp-spec.html
 */
export function openQmp(socket: Socket, onText: (text: string) => void): void {
  socket.setEncoding('utf8').on('data', onText);
  socket.write('{"execute":"qmp_capabilities"}\n');
}
