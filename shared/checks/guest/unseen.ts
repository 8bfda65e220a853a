/**
 * What of an image could not be looked at, because looking took more than it may. It is neither there nor absent: whoever asks for it gets this thrown,
 * and so has no answer either.
 */
export class Unseen extends Error {
  readonly part: string;
  constructor(part: string) {
    super(`${part} was not seen`);
    this.name = 'Unseen';
    this.part = part;
  }
}

/** A file is larger, deeper or longer than is read of its kind: what holds it is not seen. */
export class TooMuch extends Error {
  constructor(what: string) {
    super(`too much: ${what}`);
    this.name = 'TooMuch';
  }
}

export type Seen<T> = { value: T } | { unseen: string };

/** @throws Unseen */
export const whatWasSeen = <T>(seen: Seen<T>): T => {
  if ('value' in seen) return seen.value;
  throw new Unseen(seen.unseen);
};

export const mapped = <T, Other>(seen: Seen<T>, change: (value: T) => Other): Seen<Other> =>
  'value' in seen ? { value: change(seen.value) } : seen;

/** What `ask` gives, or `otherwise` where it asks for something that was not seen. */
export const ifSeen = <T, Otherwise>(ask: () => T, otherwise: Otherwise): T | Otherwise => {
  try {
    return ask();
  } catch (error) {
    if (error instanceof Unseen) return otherwise;
    throw error;
  }
};

/** An object of parts; asking for one that was not seen throws. */
export const partly = <T extends object>(parts: { readonly [Name in keyof T]: Seen<T[Name]> }): T =>
  Object.defineProperties(
    {},
    Object.fromEntries(
      Object.entries<Seen<unknown>>(parts).map(([name, seen]) => [
        name,
        { enumerable: true, get: () => whatWasSeen(seen) },
      ]),
    ),
  ) as T;
