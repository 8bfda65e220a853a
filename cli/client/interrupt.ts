import { Exit, exitCode } from '../exit.ts';

/**
 * Work that Ctrl-C (or SIGTERM) ends in order: `work` sees the signal aborted and cleans up, then `onInterrupt` says how to go
 * on, and the command ends with 130. A second one ends it at once.
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  onInterrupt: () => void = () => undefined,
): Promise<T> {
  const controller = new AbortController();
  const interrupt = (): void => controller.abort(new Error('interrupted'));
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.once(signal, interrupt);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (!controller.signal.aborted) throw error;
    onInterrupt();
    throw new Exit(exitCode.interrupted);
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
}
