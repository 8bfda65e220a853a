import type { WorkerState } from '../contracts/operations.ts';

export type KnownWorker = { id: string; state: WorkerState; startedAt: Date; seenAt: Date };

/** How often workers say that they are there, and after how long a silence nobody counts on one. */
export const beatSeconds = 15;
export const goneAfterSeconds = 60;

/** The worker processes of the installation. For operators only: what is done when a worker dies, Temporal decides by its own heartbeats. */
export interface WorkerRegistry {
  beat(id: string, state: WorkerState): Promise<void>;
  /** It stops in good order. */
  leave(id: string): Promise<void>;
  /** In the order of their start; includes dead ones for a day. */
  list(): Promise<KnownWorker[]>;
}
