import { BootreadyError } from '../../shared/errors.ts';

/**
 * The memory that this process may hold for one purpose. A request that does not fit is refused before its data is held, so the process cannot grow without
 * limit.
 */
export type MemoryBudget = {
  /** @param holder a project, or the address of who is not known. @throws BootreadyError `unavailable` */
  take(holder: string, bytes: number): TakenMemory;
  readonly taken: number;
};

type TakenMemory = {
  /** Takes the bytes that are missing to `bytes`; false if they do not fit, and then nothing has changed. */
  grow(bytes: number): boolean;
  /** All of it. May be called again. */
  giveBack(): void;
};

/** How it is refused: what is full for all, what for this holder, and what helps. */
export type FullBudget = { all: string; own: string; remedy: string };

/**
 * @param most bytes for all; one holder gets half of them, so that another one always finds room
 * @param reserve keeps the last quarter for those who hold little, or two holders could take it all
 */
export function createMemoryBudget(most: number, full: FullBudget, reserve = false): MemoryBudget {
  const perHolder = new Map<string, number>();
  let taken = 0;
  const refusal = (holder: string, bytes: number): string | undefined => {
    const own = perHolder.get(holder) ?? 0;
    const isMuch = reserve && own + bytes > most / 16;
    if (taken + bytes > (isMuch ? (most * 3) / 4 : most)) return full.all;
    // Who holds nothing may take more than half at once.
    return own > 0 && own + bytes > most / 2 ? full.own : undefined;
  };
  const add = (holder: string, bytes: number): void => {
    taken += bytes;
    const own = (perHolder.get(holder) ?? 0) + bytes;
    if (own > 0) perHolder.set(holder, own);
    else perHolder.delete(holder);
  };
  return {
    get taken() {
      return taken;
    },
    take: (holder, bytes) => {
      const message = refusal(holder, bytes);
      if (message) throw new BootreadyError({ code: 'unavailable', message, remedy: full.remedy, retryable: true });
      let held = bytes;
      add(holder, held);
      return {
        grow: (wanted) => {
          const more = wanted - held;
          if (more > 0 && refusal(holder, more)) return false;
          if (more > 0) {
            held = wanted;
            add(holder, more);
          }
          return true;
        },
        giveBack: () => {
          add(holder, -held);
          held = 0;
        },
      };
    },
  };
}

/** For image data that passes through this process. */
export function createUploadMemory(most: number): MemoryBudget {
  return createMemoryBudget(most, {
    all: 'The API has no memory for more image data.',
    own: 'Your project has reached its limit of images sent at the same time.',
    remedy:
      'Try again later. "bootready upload" and the portal send straight to the object store and have no such limit.',
  });
}
