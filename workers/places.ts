import type { LedgerActivities, OnOwnQueue } from '../workflows/activities.ts';

/**
 * The images that a worker has started and not ended: in a slot, waiting for one, or for scratch space. It begins no more than it has places for. So what waits
 * can go to whichever worker has room next, and nothing is picked up that Temporal would give up for waiting too long.
 */
export type Places = {
  readonly count: number;
  /** Begun here and not ended. */
  readonly taken: number;
  /**
   * Resolves when one more may start. The caller that starts with it calls `begin` before it gives it back. @param beyond the number that may start in addition
   * to `count`
   */
  reserve(beyond: number, signal: AbortSignal): Promise<Reservation>;
  giveBack(reservation: Reservation): void;
  begin(name: string): void;
  /** Runs one step of an image. An image without a step for a long time has ended, or is on another worker. */
  during<T>(name: string, step: () => Promise<T>): Promise<T>;
  end(name: string): void;
};

export type Reservation = { readonly beyond: number };

type Asked = { beyond: number; take: () => void };

/** @param keptForMs how long an image without a step counts: as long as Temporal waits for a worker to start the next step */
export function createPlaces(count: number, keptForMs: number): Places {
  const held = new Map<string, { steps: number; leaves?: NodeJS.Timeout }>();
  const reserved = new Set<Reservation>();
  const asked = new Set<Asked>();

  /** Each queue is checked separately: an empty queue does not block the others. */
  const hasRoom = (beyond: number): boolean => {
    const ofSameQueue = [...reserved].filter((each) => each.beyond === beyond).length;
    return held.size + ofSameQueue < count + beyond;
  };
  const lookAgain = (): void => {
    for (const each of asked) if (hasRoom(each.beyond)) each.take();
  };
  const end = (name: string): void => {
    clearTimeout(held.get(name)?.leaves);
    if (held.delete(name)) lookAgain();
  };
  const rest = (name: string, steps: number): void => {
    held.set(name, { steps, ...(steps === 0 ? { leaves: setTimeout(() => end(name), keptForMs).unref() } : {}) });
  };
  const work = (name: string, change: 1 | -1): void => {
    const found = held.get(name);
    // Ended while a step of it still went on.
    if (!found && change < 0) return;
    clearTimeout(found?.leaves);
    rest(name, (found?.steps ?? 0) + change);
  };

  return {
    count,
    get taken() {
      return held.size;
    },
    reserve: (beyond, signal) =>
      new Promise((resolve, reject) => {
        const own: Asked = {
          beyond,
          take: () => {
            asked.delete(own);
            signal.removeEventListener('abort', leave);
            const reservation = { beyond };
            reserved.add(reservation);
            resolve(reservation);
          },
        };
        const leave = (): void => {
          asked.delete(own);
          reject(signal.reason);
        };
        if (signal.aborted) return leave();
        if (hasRoom(beyond)) return own.take();
        signal.addEventListener('abort', leave, { once: true });
        asked.add(own);
      }),
    giveBack: (reservation) => {
      if (reserved.delete(reservation)) lookAgain();
    },
    begin: (name) => {
      if (!held.has(name)) rest(name, 0);
    },
    during: async (name, step) => {
      work(name, 1);
      try {
        return await step();
      } finally {
        work(name, -1);
      }
    },
    end,
  };
}

type Numbered = { imageId: string; fence: number };

/** Names an attempt at an image, of which there may be several on one worker. */
export function nameAttempt({ imageId, fence }: Numbered): string {
  return `${imageId}.${fence}`;
}

export type AllPlaces = { images: Places; downloads: Places };

/** Takes a place for each image or download that starts. */
export function beginInPlaces(work: LedgerActivities, { images, downloads }: AllPlaces): LedgerActivities {
  const begins =
    <Of, Attempt extends Numbered>(places: Places, begin: (of: Of) => Promise<Attempt>) =>
    async (of: Of): Promise<Attempt> => {
      const attempt = await begin(of);
      places.begin(nameAttempt(attempt));
      return attempt;
    };
  return {
    ...work,
    beginAttempt: begins(images, work.beginAttempt),
    beginRepair: begins(images, work.beginRepair),
    beginDownload: begins(downloads, work.beginDownload),
  };
}

/** The same steps; places are kept while one goes on, and given back with the last. */
export function inPlaces(work: OnOwnQueue, { images, downloads }: AllPlaces): OnOwnQueue {
  const during =
    <Rest extends unknown[], Result>(
      of: Places,
      step: (attempt: never, ...rest: Rest) => Promise<Result>,
      { isLast = false } = {},
    ) =>
    async (attempt: Numbered, ...rest: Rest): Promise<Result> => {
      try {
        return await of.during(nameAttempt(attempt), () => step(attempt as never, ...rest));
      } finally {
        if (isLast) of.end(nameAttempt(attempt));
      }
    };
  return {
    admit: during(images, work.admit),
    convert: during(images, work.convert),
    sendAhead: during(images, work.sendAhead),
    inspect: during(images, work.inspect),
    bootCheck: during(images, work.bootCheck),
    publish: during(images, work.publish),
    discardScratch: during(images, work.discardScratch, { isLast: true }),
    mend: during(images, work.mend),
    handOver: during(images, work.handOver),
    discardRepair: during(images, work.discardRepair, { isLast: true }),
    fetchUpload: during(downloads, work.fetchUpload, { isLast: true }),
  };
}
