import { BootreadyError } from '../../shared/errors.ts';
import type { ForeignDoor, ForeignLimit, ForeignLimits, ForeignResult, Helpers } from '../../shared/ports/foreign.ts';
import type { FromProcess } from './messages.ts';
import { type ParserProcess, startProcess } from './process.ts';

export type DoorOptions = {
  /** How many processes may work at once; further ones wait. */
  atOnce?: number;
  /** Keeps one process ready with these files loaded, so nobody waits for its start (about 150 ms). */
  keepReady?: readonly string[];
  /** Called with a process and its threads again and again while it works, in the context of the caller: to change its share of the processors. */
  tend?: (tasks: { pids: number[]; threads: number[] }) => void;
};

const lookEveryMs = 50;
const tendEveryMs = 500;
/** A process that owes an answer and uses no processor hangs, or the machine is overloaded: it has this many times its limit. */
const patience = 10;
const startMs = 120_000;

/** Implements the port for API, workers and CLI. */
export function openForeignDoor({ atOnce = Number.POSITIVE_INFINITY, keepReady, tend }: DoorOptions = {}): ForeignDoor {
  let ready: ParserProcess | undefined;
  let closed = false;
  let working = 0;
  const queue: (() => void)[] = [];
  const prepare = (): void => {
    if (!keepReady || closed || ready) return;
    const prepared = startProcess(keepReady);
    prepared.mayBeLeft(true);
    void prepared.ended.then(() => {
      if (ready === prepared) ready = undefined;
    });
    ready = prepared;
  };
  const take = (): ParserProcess => {
    const taken = ready ?? startProcess();
    ready = undefined;
    taken.mayBeLeft(false);
    return taken;
  };
  const turn = async (): Promise<void> => {
    if (working >= atOnce) await new Promise<void>((resolve) => queue.push(resolve));
    else working++;
  };
  const yieldTurn = (): void => {
    const next = queue.shift();
    if (next) next();
    else working--;
  };
  prepare();
  return {
    run: async (task, input, helpers, signal) => {
      await turn();
      try {
        signal?.throwIfAborted();
        const parser = take();
        const tending = tend && setInterval(() => tend(parser.tasks()), tendEveryMs);
        try {
          tend?.(parser.tasks());
          parser.tell({
            kind: 'run',
            module: task.module,
            name: task.name,
            input,
            helpers: Object.keys(helpers),
            answerBytes: task.limits.answerBytes,
          });
          return (await attend(parser, helpers, task.limits, signal)) as ForeignResult<never>;
        } finally {
          clearInterval(tending);
          // The process is never used again, whatever the result is, because the next bytes come from somebody else.
          parser.kill();
        }
      } finally {
        yieldTurn();
        prepare();
      }
    },
    close: async () => {
      closed = true;
      ready?.kill();
      await ready?.ended;
    },
  };
}

/** Answers the process until it has an end. */
function attend(
  parser: ParserProcess,
  helpers: Helpers,
  limits: ForeignLimits,
  signal: AbortSignal | undefined,
): Promise<ForeignResult<unknown>> {
  const { promise, resolve, reject } = Promise.withResolvers<ForeignResult<unknown>>();
  let begun = false;
  let part: string | undefined;
  /** Questions of the process that wait for an answer of ours. */
  let owed = 0;
  let silentSince = performance.now();
  let startedAt = parser.processorSeconds() ?? 0;
  let partAt = startedAt;
  const reportExceeded = (limit: ForeignLimit): void => resolve({ state: 'exceeded', limit, part });

  const hear = (message: FromProcess): void => {
    silentSince = performance.now();
    switch (message.kind) {
      case 'begun':
        begun = true;
        partAt = startedAt = parser.processorSeconds() ?? partAt;
        break;
      case 'part':
        part = message.name;
        partAt = parser.processorSeconds() ?? partAt;
        break;
      case 'ask':
        owed++;
        void answer(message).catch(reject);
        break;
      case 'done':
        resolve({ state: 'done', value: message.value });
        break;
      case 'exceeded':
        reportExceeded(message.limit);
    }
  };
  const answer = async ({ id, helper, args }: FromProcess & { kind: 'ask' }): Promise<void> => {
    const value = await (Object.hasOwn(helpers, helper) ? helpers[helper]?.(...args) : undefined);
    owed--;
    silentSince = performance.now();
    parser.tell({ kind: 'answer', id, value });
  };
  const watch = setInterval(() => {
    if (!begun) {
      if (performance.now() - silentSince > startMs) reject(notStarted(false, ''));
      return;
    }
    const spent = parser.processorSeconds();
    const silent = owed > 0 ? 0 : (performance.now() - silentSince) / 1000;
    if (silent > limits.partSeconds * patience) reportExceeded('time');
    else if (spent !== undefined && (spent - partAt > limits.partSeconds || spent - startedAt > limits.totalSeconds)) {
      reportExceeded('time');
    }
  }, lookEveryMs);
  const abort = (): void => reject(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  parser.onMessage(hear);
  void parser.ended.then((end) => {
    // V8 aborts when its heap is full.
    if (begun && (end.signal === 'SIGABRT' || end.signal === 'SIGTRAP' || /heap out of memory/.test(end.stderr)))
      reportExceeded('memory');
    else if (begun && end.signal === 'SIGXCPU') reportExceeded('time');
    else if (begun && end.signal !== 'SIGKILL') reportExceeded('crash');
    else reject(notStarted(begun, end.stderr));
  });
  return promise.finally(() => {
    clearInterval(watch);
    signal?.removeEventListener('abort', abort);
  });
}

function notStarted(begun: boolean, stderr: string): BootreadyError {
  return new BootreadyError({
    code: begun ? 'unavailable' : 'tool-missing',
    message: begun
      ? 'The system killed the process that parses untrusted data.'
      : 'The process that parses untrusted data could not be started.',
    remedy: begun
      ? 'Add memory to the machine.'
      : 'Install util-linux (prlimit), and check that the files of bootready are readable.',
    retryable: true,
    context: { stderr: stderr.slice(-2000) },
  });
}
