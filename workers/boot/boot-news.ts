import type { MachineOptions } from '../tools/machine.ts';
import type { BootMachine } from './boot-machine.ts';
import { consoleLog } from './console-log.ts';
import type { BootNews } from './watch-contract.ts';

/** A guest that floods loses what is oldest. */
const most = { chunkBytes: 256 * 1024, frames: 256, monitor: 256 * 1024 } as const;

type What = Pick<BootNews, 'console' | 'chunks' | 'frames' | 'monitor'>;

/** Keeps the output of a guest until it is read, without any check. */
export function bootNews({ ports, network }: Pick<BootMachine, 'ports' | 'network'>): {
  /** The functions that the machine calls. */
  listeners: Pick<MachineOptions, 'ports' | 'onFrame' | 'onMonitor' | 'onSerial'>;
  take(): What;
  /** The console from beginning to end. */
  whole(): string;
  /** Milliseconds, as Date.now(). */
  spokeAt(): number;
  onNews(wake: () => void): void;
} {
  const log = consoleLog();
  let spoke = Date.now();
  let wake = (): void => undefined;
  let chunks: [string, Buffer][] = [];
  let frames: Buffer[] = [];
  let monitor = '';
  const chunk = (port: string) => (bytes: Buffer) => {
    chunks.push([port, bytes.subarray(-most.chunkBytes)]);
    while (chunks.reduce((sum, [, each]) => sum + each.length, 0) > most.chunkBytes) chunks.shift();
    wake();
  };
  return {
    listeners: {
      onSerial: (text) => {
        log.write(text);
        spoke = Date.now();
        wake();
      },
      ports: Object.fromEntries(ports.map((port) => [port, chunk(port)])),
      ...(network
        ? {
            onFrame: (frame: Buffer): void => {
              // A copy: the stream that it is cut from is large.
              frames = [...frames, Buffer.from(frame)].slice(-most.frames);
              wake();
            },
          }
        : {}),
      onMonitor: (text) => {
        monitor = (monitor + text).slice(-most.monitor);
        wake();
      },
    },
    take: () => {
      const taken = { console: log.recent(), chunks, frames, monitor };
      chunks = [];
      frames = [];
      monitor = '';
      return taken;
    },
    whole: log.whole,
    spokeAt: () => spoke,
    onNews: (listen) => {
      wake = listen;
    },
  };
}
