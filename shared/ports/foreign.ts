/**
 * The door through which every parse of foreign bytes goes: bytes of an upload, from inside an image, or from a guest while it starts. Their author may have
 * made them to keep a parser busy forever or to fill its memory. So the parser runs in its own process, which is killed when it exceeds a limit. The caller
 * then gets an error, and its event loop never waits. A thread would not do: V8 ends the whole process when a thread's heap is full (`FATAL ERROR: Reached heap
 * limit`), and does not count buffers at all.
 */
export interface ForeignDoor {
  /**
   * Runs the task on the input. The task calls back by the helpers, which run here; the time that these take is not counted.
   * @throws what a helper has thrown, as it is; the reason of an aborted signal; BootreadyError `tool-missing` or `unavailable` (retryable) when
   *         no process can be started or the system has ended it, which says nothing about the bytes
   */
  run<Input, Output, Offered extends Helpers>(
    task: ForeignTask<Input, Output, Offered>,
    input: Input,
    helpers: Offered,
    signal?: AbortSignal,
  ): Promise<ForeignResult<Output>>;
  /** Ends the process that waits in reserve. */
  close(): Promise<void>;
}

/** Calls from a task to its owner. Arguments and answers are copied: no functions, and no classes except Buffer, Map, Set and Date. */
// biome-ignore lint/suspicious/noExplicitAny: each helper has arguments of its own
export type Helpers = Readonly<Record<string, (...args: any[]) => Promise<unknown>>>;

export type ForeignResult<Output> =
  | { state: 'done'; value: Output }
  /** `part`: the last part that the task had named. */
  | { state: 'exceeded'; limit: ForeignLimit; part: string | undefined };

/** `crash`: the parser threw an error that nobody expected of it. */
export type ForeignLimit = 'time' | 'memory' | 'size' | 'crash';

export type ForeignLimits = {
  /** Time on the processor, for each part that the task names. */
  partSeconds: number;
  /** The same for all together. */
  totalSeconds: number;
  /** The largest answer, in bytes as they are copied. */
  answerBytes: number;
};

export type ForeignTask<Input, Output, Offered extends Helpers> = {
  /** The file that exports the function, as a file: URL. */
  readonly module: string;
  readonly name: string;
  readonly limits: ForeignLimits;
  /** Never there: it carries the types. */
  readonly types?: (input: Input, helpers: Offered, part: NamePart) => Promise<Output>;
};

/** Tells the owner which part comes next; each part has its own time limit. */
export type NamePart = (name: string) => void;

/**
 * Names a function of another file as a task, by its type alone: `foreignTask<typeof import('./x.ts').f>(import.meta.url, './x.ts', 'f', limits)`. Its file
 * is loaded in the process, so what it imports must be pure.
 */
export function foreignTask<Run extends (input: never, helpers: never, part: NamePart) => Promise<unknown>>(
  base: string,
  file: string,
  name: string,
  limits: ForeignLimits,
): Run extends (input: infer Input, helpers: infer Offered extends Helpers, part: NamePart) => Promise<infer Output>
  ? ForeignTask<Input, Output, Offered>
  : never {
  return { module: new URL(file, base).href, name, limits } as never;
}
