import type { UnseenReason } from '../unseen-words.ts';

/** Why something was not seen. */
export type Why = {
  readonly reason: UnseenReason;
  /** The guest's word for what it is: a device, a path. */
  readonly what?: string | undefined;
};

/**
 * A part of an image that could not be seen. It is neither present nor absent: it has no value at all. A check that asks for it gets this error, so it can only
 * answer `unknown`.
 */
export class Unseen extends Error {
  readonly why: Why;
  constructor(why: Why) {
    super(`not seen: ${why.reason}`);
    this.name = 'Unseen';
    this.why = why;
  }
}

/** A file is larger, deeper or longer than is read of its kind: what holds it is not seen. */
export class TooMuch extends Error {
  constructor(what: string) {
    super(`too much: ${what}`);
    this.name = 'TooMuch';
  }
}

/** A fact that was seen, including absence (`undefined`, `false`, an empty list); or the reason why it was not seen. */
export type Seen<T> = { value: T } | { unseen: Why };

export function toSeen<T>(value: T): Seen<T> {
  return { value };
}

export function toUnseen(reason: UnseenReason, what?: string): { unseen: Why } {
  return { unseen: { reason, what } };
}

/** @throws Unseen */
export function whatWasSeen<T>(some: Seen<T>): T {
  if ('value' in some) return some.value;
  throw new Unseen(some.unseen);
}

/** The result of `ask`, or the reason why it saw nothing. */
export function asSeen<T>(ask: () => T): Seen<T> {
  try {
    return { value: ask() };
  } catch (error) {
    if (error instanceof Unseen) return { unseen: error.why };
    throw error;
  }
}

/** The same for an asynchronous question. */
export async function askSeen<T>(ask: () => Promise<T>): Promise<Seen<T>> {
  try {
    return { value: await ask() };
  } catch (error) {
    if (error instanceof Unseen) return { unseen: error.why };
    throw error;
  }
}

export function mapSeen<T, Other>(some: Seen<T>, change: (value: T) => Other): Seen<Other> {
  return asSeen(() => change(whatWasSeen(some)));
}

/** The result of `ask`, or `otherwise` if it asks for a fact that was not seen. */
export function ifSeen<T, Otherwise>(ask: () => T, otherwise: Otherwise): T | Otherwise {
  const some = asSeen(ask);
  return 'value' in some ? some.value : otherwise;
}

/** Whether at least one item holds: one is enough, even if others could not be seen. @throws Unseen */
export function someHolds<T>(items: readonly T[], holds: (item: T) => boolean): boolean {
  const answers = items.map((item) => asSeen(() => holds(item)));
  return answers.some((answer) => 'value' in answer && answer.value) || answers.some((answer) => whatWasSeen(answer));
}

/** An object made of parts; reading a part that was not seen throws. */
export function partly<T extends object>(parts: { readonly [Name in keyof T]-?: Seen<T[Name]> }): T {
  return Object.defineProperties(
    {},
    Object.fromEntries(
      Object.entries<Seen<unknown>>(parts).map(([name, some]) => [
        name,
        { enumerable: true, get: () => whatWasSeen(some) },
      ]),
    ),
  ) as T;
}

/** The parts of an object that was seen whole. */
export function allSeen<T extends object>(parts: T): { [Name in keyof T]: Seen<T[Name]> } {
  return Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, { value }])) as never;
}
