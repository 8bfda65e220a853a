import type { Finding } from '../contracts/finding.ts';
import type { Admission } from '../contracts/run.ts';
import { foreignHeapBytes, foreignLimits } from '../limits/foreign-limits.ts';
import type { ByteSource } from '../ports/byte-source.ts';
import { type ForeignDoor, foreignTask } from '../ports/foreign.ts';
import { refusal } from './format.ts';
import { type AdmitOptions, diskSource } from './layers.ts';

const MiB = 1024 ** 2;
/** Tables of formats are read whole up to 32 MiB; nothing that is sound has a larger one. */
const mostBytes = 64 * MiB;

export const admitTask = foreignTask<typeof import('./admit-task.ts').admit>(
  import.meta.url,
  './admit-task.ts',
  'admit',
  foreignLimits.admit,
);

const readingsTask = foreignTask<typeof import('./admit-task.ts').readings>(
  import.meta.url,
  './admit-task.ts',
  'readings',
  foreignLimits.readings,
);

const layoutTask = foreignTask<typeof import('./admit-task.ts').layout>(
  import.meta.url,
  './admit-task.ts',
  'layout',
  foreignLimits.readings,
);

/** Warnings about a disk of `size` bytes by its first bytes. Empty if the door cannot find them out. */
export async function layoutFindings(
  door: ForeignDoor,
  disk: { head: Buffer; size: number },
  signal?: AbortSignal,
): Promise<Finding[]> {
  const result = await door.run(layoutTask, disk, {}, signal);
  return result.state === 'done' ? result.value : [];
}

/** Names of all formats that have their signature in the first bytes; `unreadable` if the door cannot find out. */
export async function readReadings(door: ForeignDoor, head: Buffer, signal?: AbortSignal): Promise<string[]> {
  const result = await door.run(readingsTask, head, {}, signal);
  return result.state === 'done' ? result.value : ['unreadable'];
}

/**
 * Runs `admitSource` behind the door. Refuses a file that needs more time or memory than any sound image, because bootready cannot know whether it is safe.
 * @throws as the source does, and as the door
 */
export async function admitForeign(
  door: ForeignDoor,
  source: ByteSource,
  { peek, signal, allowIso, maxVirtualBytes, maxUploadBytes }: AdmitOptions,
): Promise<Admission> {
  const result = await door.run(
    admitTask,
    // By name: callers may hold more in their options, which cannot be copied.
    { size: source.size, allowIso, maxVirtualBytes, ...(maxUploadBytes === undefined ? {} : { maxUploadBytes }) },
    {
      read: (offset, length) => source.read(offset, Math.min(length, mostBytes), signal),
      peek: (kind, around, bytes) => peek(kind, diskSource(source, around), bytes, signal, around),
    },
    signal,
  );
  if (result.state === 'done') return result.value;
  const bounds = { seconds: foreignLimits.admit.totalSeconds, memory: foreignHeapBytes };
  return {
    layers: [],
    ...(result.limit === 'crash' ? refusal('content-unreadable') : refusal('content-exceeds', bounds)),
  };
}
