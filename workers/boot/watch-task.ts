import type { NamePart } from '../../shared/ports/foreign.ts';
import { plainLog } from './console-text.ts';
import { bootFinding } from './finding.ts';
import { type QmpEvent, qmpEvents } from './qmp-events.ts';
import type { BootHelpers, Watched, WatchInput } from './watch-contract.ts';
import { watchFor } from './watch-for.ts';

/** Watches a start, as a task for the door: all that a guest says is made sense of in its process. */
export async function watchBoot(
  { guest, given }: WatchInput,
  { next, write, over }: BootHelpers,
  part: NamePart,
): Promise<Watched> {
  const watch = watchFor(guest, given);
  let isFull = false;
  const hear = qmpEvents((event) => {
    isFull ||= isDiskFull(event);
    watch.onEvent?.(event);
  });
  for (;;) {
    const { console: text, chunks, frames, monitor, end, ...times } = await next();
    part('console');
    for (const [port, bytes] of chunks) watch.ports[port]?.(bytes);
    for (const frame of frames) watch.onFrame?.(frame);
    hear(monitor);
    const log = plainLog(text);
    if (end) {
      const findings = isFull && end !== 'told' ? [bootFinding('boot-disk-full', 'unknown')] : watch.judge(end, log);
      return { findings, console: log };
    }
    const replies: Promise<void>[] = [];
    const told = watch.look({ log, ...times }, { write: (port, bytes) => void replies.push(write(port, bytes)) });
    await Promise.all(replies);
    if (told ?? (isFull ? 'stuck' : undefined)) await over(told ?? 'stuck');
  }
}

/**
 * The machine may write only to its own disk. So either the overlay has reached its limit, or the worker's disk is full. qapi/block-core.json, BLOCK_IO_ERROR
 */
function isDiskFull({ event, data }: QmpEvent): boolean {
  return event === 'BLOCK_IO_ERROR' && data.operation === 'write';
}
