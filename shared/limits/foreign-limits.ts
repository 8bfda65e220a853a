import type { ForeignLimits } from '../ports/foreign.ts';

const KiB = 1024;
const MiB = 1024 * KiB;

/** V8's heap in a process behind the door, in bytes. Buffers count against the kernel's limit, which is four times as large (adapters/foreign/process.ts). */
export const foreignHeapBytes = 256 * MiB;

/** The bytes that a machine may write while it is started or checked. Less if a worker has little room (workers/scratch-room.ts). */
export const machineWrites = {
  /** A first boot of a system that updates itself writes some hundred MiB. */
  boot: { least: 256 * MiB, most: 8 * 1024 * MiB },
  /** The appliance writes journals and fetches an initramfs; the worker unpacks that into a third of the room (workers/activities/inspect.ts). */
  inspect: { least: 1536 * MiB, most: 7 * 1024 * MiB },
} as const;

/** The limits of each task behind the door. They are far above the needs of ordinary bytes; the words of findings name these limits. */
export const foreignLimits = {
  /** Headers and tables of an upload. */
  admit: { partSeconds: 10, totalSeconds: 10, answerBytes: MiB },
  /** The first bytes of what convert wrote. */
  readings: { partSeconds: 5, totalSeconds: 5, answerBytes: 64 * KiB },
  /** The inside of an image. An ordinary system takes less than a second for all parts together. */
  look: { partSeconds: 10, totalSeconds: 60, answerBytes: 16 * MiB },
  /** A system's output while it starts. */
  watch: { partSeconds: 10, totalSeconds: 600, answerBytes: 8 * MiB },
  /** A system's output while it is repaired. */
  mend: { partSeconds: 10, totalSeconds: 60, answerBytes: MiB },
  /** A mirror's file of checksums. */
  sums: { partSeconds: 5, totalSeconds: 5, answerBytes: KiB },
} as const satisfies Record<string, ForeignLimits>;
