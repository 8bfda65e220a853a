import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { inject } from 'vitest';
import { tied } from '../../dev/stack/service.ts';

const main = join(import.meta.dirname, '../../cli/main.ts');

export type CliRun = { code: number | null; stdout: string; stderr: string };

/** The command line as a process of its own; `wrapper` goes in front of it. */
export const startCli = (
  args: readonly string[],
  { env = {}, wrapper = [] }: { env?: Record<string, string>; wrapper?: readonly string[] } = {},
): { child: ChildProcess; stderr(): string; ended: Promise<CliRun> } => {
  const [command, ...rest] = [...wrapper, process.execPath, main, ...args] as [string, ...string[]];
  const child = spawn(...tied(command, rest), {
    env: {
      ...{ PATH: process.env.PATH, HOME: process.env.HOME, NODE_COMPILE_CACHE: inject('stack').compileCache },
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => {
      output[name] += chunk.toString();
    });
  }
  const ended = new Promise<CliRun>((resolve) => child.once('close', (code) => resolve({ code, ...output })));
  return { child, stderr: () => output.stderr, ended };
};

export const runCli = (...parameters: Parameters<typeof startCli>): Promise<CliRun> => startCli(...parameters).ended;
