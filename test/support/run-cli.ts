import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { inject } from 'vitest';
import { tieToUs } from '../../dev/stack/service.ts';

const main = join(import.meta.dirname, '../../cli/main.ts');

export type CliRun = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string };
export type CliOptions = {
  env?: Record<string, string>;
  /** Goes in front of the command. */
  wrapper?: readonly string[];
  nodeArgs?: readonly string[];
  /** For standard input. */
  input?: string;
  cwd?: string;
};
export type StartedCli = { child: ChildProcess; stderr(): string; ended: Promise<CliRun> };

/** The command line as a process of its own. */
export function startCli(
  args: readonly string[],
  { env = {}, wrapper = [], nodeArgs = [], input = '', cwd }: CliOptions = {},
): StartedCli {
  const [command, ...rest] = [...wrapper, process.execPath, ...nodeArgs, main, ...args] as [string, ...string[]];
  const child = spawn(...tieToUs(command, rest), {
    ...(cwd ? { cwd } : {}),
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      NODE_COMPILE_CACHE: env.NODE_COMPILE_CACHE ?? inject('stack').compileCache,
      ...env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // Whoever ends without having read it is no concern of ours.
  child.stdin.on('error', () => undefined).end(input);
  let told = '';
  child.stderr.on('data', (chunk: Buffer) => {
    told += chunk.toString();
  });
  const ended = (async (): Promise<CliRun> => {
    const closed = new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
      child.once('close', (code, signal) => resolve([code, signal])),
    );
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const [code, signal] = await closed;
    return { code, signal, stdout, stderr };
  })();
  return { child, stderr: () => told, ended };
}

export function runCli(...parameters: Parameters<typeof startCli>): Promise<CliRun> {
  return startCli(...parameters).ended;
}
