import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Runs a program of ours in a process of its own, with a heap of at most `heapMiB` and an empty environment, because the worker's own holds secrets. All its
 * memory is free again when it ends. Throws if it fails.
 */
export async function runOwnProgram(
  script: string,
  args: readonly string[],
  { heapMiB }: { heapMiB: number },
): Promise<void> {
  await run(process.execPath, [`--max-old-space-size=${heapMiB}`, script, ...args], { env: {} });
}
