import { Gauge, type Registry } from 'prom-client';

type SlotState = { readonly count: number; readonly busy: number; readonly waiting: number };

export type WorkerState = {
  /** Free space and size of the filesystem that holds the scratch folder, in bytes. */
  space(): Promise<{ free: number; size: number }>;
  /** By what they are for. */
  slots: Readonly<Record<string, SlotState>>;
  /** Scratch space: bytes that steps were promised, and how many steps wait for some. */
  room: { readonly promised: number; readonly waiting: number };
};

/** The free room and slots of a worker for steps, read at each scrape. */
export function watchWorker(registry: Registry, { space, slots, room }: WorkerState): void {
  const registers = [registry];
  const ofSpace = (name: string, help: string, kind: 'free' | 'size'): void => {
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        // Not a number rather than an old one, and rather than no metrics at all.
        this.set(
          await space().then(
            (known) => known[kind],
            () => Number.NaN,
          ),
        );
      },
    });
  };
  ofSpace(
    'bootready_scratch_free_bytes',
    'Free space for this worker on the filesystem of its scratch folders.',
    'free',
  );
  ofSpace('bootready_scratch_size_bytes', 'Size of the filesystem of the scratch folders.', 'size');
  const ofSlots = (name: string, help: string, kind: keyof SlotState): void => {
    new Gauge({
      name,
      help,
      labelNames: ['kind'],
      registers,
      collect() {
        for (const [slot, state] of Object.entries(slots)) this.set({ kind: slot }, state[kind]);
      },
    });
  };
  const ofRoom = (name: string, help: string, kind: keyof WorkerState['room']): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(room[kind]);
      },
    });
  };
  ofRoom('bootready_scratch_promised_bytes', 'Scratch space reserved by steps of this worker.', 'promised');
  ofRoom('bootready_scratch_waiting', 'Number of its steps that wait for scratch space.', 'waiting');
  ofSlots('bootready_slots', 'Maximum number of parallel steps of a kind on this worker.', 'count');
  ofSlots('bootready_slots_busy', 'Number of running steps.', 'busy');
  ofSlots('bootready_slots_waiting', 'Number of accepted steps that wait for a slot.', 'waiting');
}
