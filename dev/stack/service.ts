import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { createServer } from 'node:net';
import { BootreadyError } from '../../shared/errors.ts';

/** A server that runs until it is stopped. */
export type Service = {
  name: string;
  pid?: number;
  logFile: string;
  /** Resolves when it has ended by itself or by `stop`, with how: "by SIGKILL", "exit code 1: what it printed last". */
  gone: Promise<string>;
  stop: () => Promise<void>;
  /** SIGKILL, without waiting. */
  kill: () => void;
};

export type ServerOptions = {
  name: string;
  command: string;
  args: readonly string[];
  env?: Record<string, string>;
  cwd?: string;
  /** Written to its standard input: other users of the host cannot read it there, as they can read arguments. */
  input?: string;
  /** The file for its output. */
  logFile: string;
  /** Resolves true once the server answers as it should. */
  ready: () => Promise<boolean>;
  startSeconds?: number;
  /** SIGTERM by default. */
  stopSignal?: NodeJS.Signals;
  /** The time that it has to end by itself after the stop signal. */
  graceSeconds?: number;
};

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A command for spawn that ends with us even when we are killed: no orphans (setpriv(1); prctl(2), PR_SET_PDEATHSIG). */
export function tieToUs(command: string, args: readonly string[]): [command: string, args: string[]] {
  return ['setpriv', ['--pdeathsig', 'KILL', command, ...args]];
}

/**
 * Starts a server in its own session (so that Ctrl-C at the terminal reaches us and not it) and waits until it answers.
 * @throws BootreadyError `unavailable` with the end of its log when it ends early or does not answer in time.
 */
export async function startServer(options: ServerOptions): Promise<Service> {
  const log = createWriteStream(options.logFile, { flags: 'a', mode: 0o600 });
  // A full disk must not take the stack down for want of a log.
  log.on('error', () => undefined);
  const child = spawn(...tieToUs(options.command, options.args), {
    ...(options.cwd ? { cwd: options.cwd } : {}),
    env: { ...inheritEnvironment(), ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  let tail = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      tail = (tail + chunk.toString()).slice(-8000);
      log.write(chunk);
    });
  }
  const gone = new Promise<string>((resolve) => {
    const end = (how: string): void => {
      log.end();
      resolve(how);
    };
    child.once('close', (code, signal) => end(signal ? `by ${signal}` : `exit code ${code}: ${lastWords(tail)}`));
    child.once('error', (error) => end(error.message));
  });
  const isGone = (): boolean => child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
  const stop = async (): Promise<void> => {
    if (isGone()) return;
    child.kill(options.stopSignal ?? 'SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), (options.graceSeconds ?? 10) * 1000);
    await gone;
    clearTimeout(late);
  };

  const deadline = Date.now() + (options.startSeconds ?? 60) * 1000;
  const answers = async (): Promise<boolean> => options.ready();
  while (!(await answers().catch(() => false))) {
    if (isGone() || Date.now() > deadline) {
      await stop();
      throw new BootreadyError({
        code: 'unavailable',
        message: `${options.name} did not start: ${isGone() ? await gone : `it does not answer; ${lastWords(tail)}`}`,
        remedy: `See ${options.logFile}.`,
      });
    }
    await pause(50);
  }
  return {
    name: options.name,
    logFile: options.logFile,
    gone,
    stop,
    kill: () => void child.kill('SIGKILL'),
    ...(child.pid === undefined ? {} : { pid: child.pid }),
  };
}

/** A user whose name is not in /etc/passwd (LDAP, containers) needs USER: Go programs without C ask for it. */
function inheritEnvironment(): Record<string, string> {
  return {
    USER: 'bootready',
    ...Object.fromEntries(
      ['PATH', 'HOME', 'USER', 'TMPDIR', 'XDG_CACHE_HOME', 'LANG'].flatMap((name) => {
        const value = process.env[name];
        return value ? [[name, value]] : [];
      }),
    ),
  };
}

/** The end of what a program printed, in one line; of pino's JSON lines the message. */
function lastWords(tail: string): string {
  const lines = tail.trim().split('\n').slice(-3).map(splitWords);
  return lines.filter(Boolean).join(' | ').slice(-500) || 'it printed nothing';
}

function splitWords(line: string): string {
  try {
    const { msg, err } = JSON.parse(line) as { msg?: string; err?: { message?: string } };
    return [msg, err?.message].filter(Boolean).join(': ') || line;
  } catch {
    return line;
  }
}

/** The first free port from this one on. Those that the system hands out (32768 and more) may be in use at the next start. */
export async function freePortFrom(port: number, not: readonly number[]): Promise<number> {
  for (let candidate = port; candidate < 32_768; candidate++) {
    if (!not.includes(candidate) && (await isPortFree(candidate))) return candidate;
  }
  return freePort();
}

/** A port that was free a moment ago, anywhere below those that connections get (ip(7)): they could have it before its server has. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const candidate = randomInt(20_000, 32_768);
    if (await isPortFree(candidate)) return candidate;
  }
  throw new Error('No port of 127.0.0.1 is free.');
}

export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
