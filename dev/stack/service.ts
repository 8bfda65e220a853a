import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createServer } from 'node:net';
import { BootreadyError } from '../../shared/errors.ts';

/** A server that runs on 127.0.0.1 until it is stopped. */
export type Service = { name: string; pid?: number; stop(): Promise<void> };

export type ServerOptions = {
  name: string;
  command: string;
  args: readonly string[];
  env?: Record<string, string>;
  /** What it prints goes here. */
  logFile: string;
  /** Resolves true once the server answers as it should. */
  ready: () => Promise<boolean>;
  startSeconds?: number;
  graceSeconds?: number;
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Starts a server in its own session (so that Ctrl-C at the terminal reaches us and not it) and waits until it answers.
 * `setpriv --pdeathsig` ends it with us even when we are killed: no orphans (prctl(2), PR_SET_PDEATHSIG).
 * @throws BootreadyError `unavailable` with the end of its log when it ends early or does not answer in time.
 */
export const startServer = async (options: ServerOptions): Promise<Service> => {
  const log = createWriteStream(options.logFile, { flags: 'a' });
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', options.command, ...options.args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let tail = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      tail = (tail + chunk.toString()).slice(-2000);
      log.write(chunk);
    });
  }
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const ended = (): boolean => child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
  const stop = async (): Promise<void> => {
    await end(child, exited, options.graceSeconds ?? 10);
    log.end();
  };

  const deadline = Date.now() + (options.startSeconds ?? 60) * 1000;
  while (!(await options.ready().catch(() => false))) {
    if (ended() || Date.now() > deadline) {
      await stop();
      throw new BootreadyError({
        code: 'unavailable',
        message: `${options.name} did not start: ${tail.trim().split('\n').slice(-3).join(' | ') || 'it printed nothing'}.`,
        remedy: `See ${options.logFile}.`,
      });
    }
    await pause(100);
  }
  return { name: options.name, stop, ...(child.pid === undefined ? {} : { pid: child.pid }) };
};

const end = async (child: ChildProcess, exited: Promise<void>, graceSeconds: number): Promise<void> => {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), graceSeconds * 1000);
  await exited;
  clearTimeout(late);
};

/** A port that was free a moment ago. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

export const isPortFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
