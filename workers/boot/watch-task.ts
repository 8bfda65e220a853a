import type { GuestFacts } from '../../shared/contracts/run.ts';
import type { NamePart } from '../../shared/ports/foreign.ts';
import type { BootSeed } from './boot-machine.ts';
import { plainLog } from './console-text.ts';
import { bootFinding } from './finding.ts';
import { type QmpEvent, qmpEvents } from './qmp-events.ts';
import type { BootWatch } from './watch.ts';
import type { BootHelpers, Watched, WatchInput } from './watch-contract.ts';
import { watchLinux } from './watch-linux.ts';
import { watchWindows } from './watch-windows.ts';

/** Watches a start, as a task for the door: all that a guest says is made sense of in its process. */
export async function watchBoot(
  { guest, given }: WatchInput,
  { next, write, over }: BootHelpers,
  part: NamePart,
): Promise<Watched> {
  const watch = chooseWatch(guest, given);
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

function chooseWatch(guest: GuestFacts, given: BootSeed): BootWatch {
  return given.system === 'linux' ? watchLinux(guest, given.seed) : watchWindows(guest, given.drive);
}
