import type { Finding } from '../../shared/contracts/finding.ts';
import type { GuestFacts } from '../../shared/contracts/run.ts';
import type { NamePart } from '../../shared/ports/foreign.ts';
import type { QmpEvent } from '../tools/qmp.ts';
import { plainLog } from './explain.ts';
import type { BootEnd, Seen } from './watch.ts';
import { type BootSeed, watchFor } from './watch-for.ts';

/** What has come since the last time, as the guest gave it. */
export type BootNews = Omit<Seen, 'log'> & {
  /** The newest part of the console. */
  console: string;
  chunks: [port: string, bytes: Buffer][];
  frames: Buffer[];
  events: QmpEvent[];
  /** It is over; then `console` is the whole. */
  end?: BootEnd;
};

export type BootHelpers = {
  /** Waits for news. */
  next: () => Promise<BootNews>;
  write: (port: string, bytes: Buffer) => Promise<void>;
  /** There is nothing more to wait for. */
  over: (end: BootEnd) => Promise<void>;
};

export type Watched = { findings: Finding[]; console: string };

/** Watches a start, as a task for the door: all that a guest says is made sense of in its process. */
export const watchBoot = async (
  { guest, given }: { guest: GuestFacts; given: BootSeed },
  { next, write, over }: BootHelpers,
  part: NamePart,
): Promise<Watched> => {
  const watch = watchFor(guest, given);
  const { ports, onFrame, onEvent } = watch.machine;
  for (;;) {
    const { console: text, chunks, frames, events, end, ...seen } = await next();
    part('console');
    for (const [port, bytes] of chunks) ports[port]?.(bytes);
    for (const frame of frames) onFrame?.(frame);
    for (const event of events) onEvent?.(event);
    const log = plainLog(text);
    if (end) return { findings: watch.judge(end, log), console: log };
    const replies: Promise<void>[] = [];
    const told = watch.look({ log, ...seen }, { write: (port, bytes) => void replies.push(write(port, bytes)) });
    await Promise.all(replies);
    if (told) await over(told);
  }
};
