import { constants } from 'node:os';
import { print } from '../terminal/line.mjs';

/** Why a start was given up before the stack was up. */
export class Interrupted extends Error {
  readonly exitCode: number;
  constructor(signal: NodeJS.Signals) {
    super(`interrupted by ${signal}`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/** The first signal asks to stop, the second stops hard. */
export function stopOnSignals(killAll: () => void): AbortSignal {
  const asked = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (asked.signal.aborted) {
        print('Stopped at once.');
        killAll();
        process.exit(128 + constants.signals[signal]);
      }
      print(`\nStopping what was started (${signal === 'SIGINT' ? 'Ctrl-C' : signal}); once more stops it at once.`);
      asked.abort(new Interrupted(signal));
    });
  }
  // The terminal may be gone; stopping goes on without it.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  return asked.signal;
}
