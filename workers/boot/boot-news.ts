import type { QmpEvent } from '../tools/qmp.ts';
import { consoleLog } from './console-log.ts';
import type { BootWatch } from './watch.ts';
import type { BootNews } from './watch-task.ts';

/** A guest that floods loses what is oldest. */
const most = { chunkBytes: 256 * 1024, frames: 256, events: 256 } as const;

type What = Pick<BootNews, 'console' | 'chunks' | 'frames' | 'events'>;

/** Keeps what a guest says until it is taken; looks at none of it. */
export const bootNews = ({
  machine,
}: Pick<BootWatch, 'machine'>): {
  /** What the machine calls. */
  listeners: Pick<BootWatch['machine'], 'ports' | 'onFrame' | 'onEvent'> & { onSerial(text: string): void };
  take(): What;
  /** The console from beginning to end. */
  whole(): string;
  /** Milliseconds, as Date.now(). */
  spokeAt(): number;
  onNews(wake: () => void): void;
} => {
  const log = consoleLog();
  let spoke = Date.now();
  let wake = (): void => undefined;
  let chunks: [string, Buffer][] = [];
  let frames: Buffer[] = [];
  let events: QmpEvent[] = [];
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
      ports: Object.fromEntries(Object.keys(machine.ports).map((port) => [port, chunk(port)])),
      ...(machine.onFrame
        ? {
            onFrame: (frame: Buffer): void => {
              // A copy: the stream that it is cut from is large.
              frames = [...frames, Buffer.from(frame)].slice(-most.frames);
              wake();
            },
          }
        : {}),
      ...(machine.onEvent
        ? {
            onEvent: (event: QmpEvent): void => {
              events = [...events, event].slice(-most.events);
              wake();
            },
          }
        : {}),
    },
    take: () => {
      const taken = { console: log.recent(), chunks, frames, events };
      chunks = [];
      frames = [];
      events = [];
      return taken;
    },
    whole: log.whole,
    spokeAt: () => spoke,
    onNews: (listen) => {
      wake = listen;
    },
  };
};
