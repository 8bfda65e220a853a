import type { ForeignLimits } from './ports/foreign.ts';

const KiB = 1024;
const MiB = 1024 * KiB;

/** What a process behind the door may hold: V8's heap. Buffers count against the kernel's bound, four times as much (adapters/foreign/process.ts). */
export const foreignHeapBytes = 256 * MiB;

/** What a machine may write while it is started or checked, in bytes. Less where a worker has little room (workers/scratch-room.ts). */
export const machineWrites = {
  /** A first boot of a system that updates itself writes some hundred MiB. */
  boot: { least: 256 * MiB, most: 8 * 1024 * MiB },
  /** The appliance writes journals and fetches an initramfs; the worker unpacks that into a third of the room (workers/activities/inspect.ts). */
  inspect: { least: 1536 * MiB, most: 7 * 1024 * MiB },
} as const;

/** What each task behind the door may take. Far more than ordinary bytes do; the words of findings name these bounds. */
export const foreignLimits = {
  /** Headers and tables of an upload. */
  admit: { partSeconds: 10, totalSeconds: 10, answerBytes: MiB },
  /** The first bytes of what convert wrote. */
  readings: { partSeconds: 5, totalSeconds: 5, answerBytes: 64 * KiB },
  /** The inside of an image. An ordinary system takes less than a second for all parts together. */
  look: { partSeconds: 10, totalSeconds: 60, answerBytes: 16 * MiB },
  /** What a system says while it starts. */
  watch: { partSeconds: 10, totalSeconds: 600, answerBytes: 8 * MiB },
  /** What a system says that is repaired. */
  mend: { partSeconds: 10, totalSeconds: 60, answerBytes: MiB },
  /** A mirror's file of checksums. */
  sums: { partSeconds: 5, totalSeconds: 5, answerBytes: KiB },
} as const satisfies Record<string, ForeignLimits>;
