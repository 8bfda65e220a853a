import { lstat, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { BootreadyError } from '../shared/errors.ts';
import { formatBytes } from '../shared/text/quantities.ts';

/**
 * Reserves room in the scratch folders before anything is written. A step starts only if the disk can hold it to its end, in addition to the room reserved for
 * others, including other workers on this filesystem. A step that does not fit waits, and holds no slot meanwhile.
 */
export type ScratchRoom = {
  /**
   * Does work that writes into the folder, with reserved room and in a slot. Fair by project, as slots are; for a while, smaller work may pass work that waits.
   * Work that writes more than expected is stopped and repeated with four times the room, up to `atMost`.
   * @throws BootreadyError `scratch-too-small` for work that can never fit
   */
  use<T>(place: Place, need: Need, turn: Turn, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /**
   * Does work that writes as much as a stranger likes: it may write half of what is free, within the bounds. It does not wait. Its run has a disk here
   * already, and would wait for others that have one too and wait as well.
   */
  share<T>(folder: string, bounds: { least: number; most: number }, work: (bytes: number) => Promise<T>): Promise<T>;
  /** Bytes that steps of this worker were promised. */
  readonly promised: number;
  /** How many of its steps wait for room. */
  readonly waiting: number;
};

type Place = { project: string; folder: string };
/** Bytes on the disk, without holes. */
export type Need = { bytes: number; atMost: number };
export type Turn = {
  signal: AbortSignal;
  /** @param keeps decides from the result whether the image keeps its slot for its next step; by default it does */
  inSlot<T>(work: () => Promise<T>, keeps?: (result: T) => boolean): Promise<T>;
  /** Told when it begins to wait, and when that has ended. */
  waits(isWaiting: boolean): void;
};

export type RoomOptions = {
  /** Holds the folders of all workers of this filesystem; promises are in files beside them. */
  root: string;
  space(): Promise<{ free: number; size: number }>;
  /** How long waiting work may be passed, and how often the room is checked, in milliseconds. */
  passedForMs?: number;
  everyMs?: number;
};

const suffix = '.promised';
function promisePath(folder: string): string {
  return `${folder}${suffix}`;
}
/** Room for filesystems and our own small files, in bytes. */
const besides = 64 * 1024 ** 2;
const noRoom = Symbol('no room');
const outgrown = Symbol('outgrown');
function isDone(outcome: unknown): boolean {
  return outcome !== noRoom && outcome !== outgrown;
}

/** Where machines write (boot-check.ts, inspect.ts). The names there are a stranger's. */
const machineFolders = ['boot/machine', 'inspect/out'] as const;

async function countBlocks(folder: string, names: readonly string[]): Promise<number> {
  const files = await Promise.all(names.map((name) => lstat(join(folder, name)).catch(() => undefined)));
  return files.reduce((sum, file) => sum + (file?.blocks ?? 0) * 512, 0);
}
function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

/** The bytes that a step's files use now. */
async function measureTaken(folder: string): Promise<number> {
  const own = (await namesIn(folder)).filter((name) => /^(upload|plain|disk\.|partial-)/.test(name));
  const machines = machineFolders.map(async (name) =>
    countBlocks(join(folder, name), await namesIn(join(folder, name))),
  );
  return (await Promise.all([countBlocks(folder, own), ...machines])).reduce((sum, bytes) => sum + bytes, 0);
}

/** Bytes that are reserved for others and not written yet. A dead worker's folder disappears with all its reservations. */
async function sumOutstanding(root: string, except: string): Promise<number> {
  let sum = 0;
  for (const worker of await readdir(root).catch(() => [])) {
    for (const name of await readdir(join(root, worker)).catch(() => [])) {
      const file = join(root, worker, name);
      if (!name.endsWith(suffix) || file === except) continue;
      const promised = Number(await readFile(file, 'utf8').catch(() => '0'));
      sum += Math.max(0, promised - (await measureTaken(file.slice(0, -suffix.length))));
    }
  }
  return sum;
}

function tooSmall(bytes: number, size: number): BootreadyError {
  return new BootreadyError({
    code: 'scratch-too-small',
    message: `The image needs ${formatBytes(bytes, 'en')} of scratch space, but a worker has only ${formatBytes(size, 'en')} in total.`,
    remedy: 'Ask the operator for a larger filesystem for SCRATCH_DIR, or make the disk of the image smaller.',
  });
}

export function createScratchRoom(options: RoomOptions): ScratchRoom {
  const { root, space, passedForMs = 60_000, everyMs = 1000 } = options;
  let promised = 0;
  let turns = 0;
  type Waiting = Place & { bytes: number; since: number };
  const waiting = new Set<Waiting>();
  const holding = new Map<string, { count: number; lastTurn: number }>();

  /** The next turn goes to the project that holds least; among several, to the one whose last turn is longest ago. */
  const first = (): Waiting | undefined => {
    const findHeld = ({ project }: Waiting) => holding.get(project) ?? { count: 0, lastTurn: 0 };
    return [...waiting].sort(
      (a, b) =>
        findHeld(a).count - findHeld(b).count || findHeld(a).lastTurn - findHeld(b).lastTurn || a.since - b.since,
    )[0];
  };
  const fits = async (folder: string, bytes: number): Promise<boolean> => {
    const [{ free }, others, own] = [
      await space(),
      await sumOutstanding(root, promisePath(folder)),
      await measureTaken(folder),
    ];
    return free + own - besides >= bytes + others;
  };
  /** Work that is next may be passed while there is no room for it, but not forever. */
  const mayLook = async (own: Waiting | undefined): Promise<boolean> => {
    const next = first();
    if (next === undefined || next === own) return true;
    return Date.now() - next.since < passedForMs && !(await fits(next.folder, next.bytes));
  };
  /** Records the reservation and checks again: if two workers do so at once, at least one sees the other. Work that is too large never records one. */
  const promise = async (folder: string, bytes: number): Promise<boolean> => {
    if (!(await fits(folder, bytes))) return false;
    await writeFile(promisePath(folder), String(bytes));
    if (await fits(folder, bytes)) return true;
    await rm(promisePath(folder), { force: true });
    return false;
  };

  const withRoom = async <T>(
    { project, folder }: Place,
    bytes: number,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T | typeof outgrown> => {
    const tooMuch = new AbortController();
    const look = async (): Promise<void> => {
      if ((await measureTaken(folder)) > bytes) tooMuch.abort();
    };
    const watching = setInterval(() => void look(), everyMs / 2);
    const held = holding.get(project) ?? { count: 0, lastTurn: 0 };
    holding.set(project, held);
    held.count++;
    held.lastTurn = ++turns;
    promised += bytes;
    try {
      return await work(AbortSignal.any([signal, tooMuch.signal]));
    } catch (error) {
      if (tooMuch.signal.aborted && !signal.aborted) return outgrown;
      throw error;
    } finally {
      clearInterval(watching);
      promised -= bytes;
      held.count--;
      if (held.count === 0 && ![...waiting].some((each) => each.project === project)) holding.delete(project);
      await rm(promisePath(folder), { force: true });
    }
  };

  return {
    get promised() {
      return promised;
    },
    get waiting() {
      return waiting.size;
    },
    share: async (folder, { least, most }, work) => {
      const [{ free }, others] = [await space(), await sumOutstanding(root, promisePath(folder))];
      const bytes = Math.max(least, Math.min(most, Math.floor((free - others - besides) / 2)));
      await writeFile(promisePath(folder), String((await measureTaken(folder)) + bytes));
      promised += bytes;
      try {
        return await work(bytes);
      } finally {
        promised -= bytes;
        await rm(promisePath(folder), { force: true });
      }
    },
    use: async (place, need, { signal, inSlot, waits }, work) => {
      const { size } = await space();
      let bytes = need.bytes;
      let own: Waiting | undefined;
      const begin = (): void => {
        if (!own) return;
        waiting.delete(own);
        own = undefined;
        waits(false);
      };
      try {
        for (;;) {
          if (bytes > size - besides) throw tooSmall(bytes, size - besides);
          const outcome = (await mayLook(own))
            ? await inSlot(async () => {
                if (!(await promise(place.folder, bytes))) return noRoom;
                begin();
                return withRoom(place, bytes, signal, work);
              }, isDone)
            : noRoom;
          if (outcome === outgrown) {
            if (bytes >= need.atMost) throw tooSmall(bytes * 4, size - besides);
            bytes = Math.min(need.atMost, bytes * 4);
          } else if (outcome === noRoom) {
            if (!own) {
              own = { ...place, bytes, since: Date.now() };
              waiting.add(own);
              waits(true);
            }
            await pause(everyMs * (0.75 + Math.random() / 2), undefined, { signal });
          } else return outcome;
        }
      } finally {
        begin();
      }
    },
  };
}
