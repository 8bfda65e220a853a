import { chmod, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { BootreadyError } from '../../../shared/errors.ts';
import { pause } from '../../../shared/transfer/retry.ts';

/** A user whom the issuer of an installation has signed in on this machine. */
export const SignIn = z.object({
  issuer: z.url(),
  clientId: z.string(),
  /** The audience of the tokens (RFC 8707), if the API is called by a URL. */
  resource: z.string().optional(),
  accessToken: z.string(),
  /** Milliseconds since 1970. */
  expiresAt: z.number(),
  /** Where the issuer gives none, the user signs in again. */
  refreshToken: z.string().optional(),
});
export type SignIn = z.infer<typeof SignIn>;

/** The data that `bootready login` keeps: an API key, or the tokens of a user who has signed in. */
export const ClientFile = z.union([
  z.object({ url: z.string(), apiKey: z.string() }),
  z.object({ url: z.string(), signIn: SignIn, project: z.string().optional() }),
]);
export type ClientFile = z.infer<typeof ClientFile>;

/** Undefined if the file does not exist. @throws `invalid-input` */
export async function readClientFile(path: string): Promise<ClientFile | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw makeDamagedError(path, cause);
  }
  try {
    return ClientFile.parse(JSON.parse(text));
  } catch (cause) {
    throw makeDamagedError(path, cause);
  }
}

/** For the user alone, whole or not at all. @throws `unavailable` */
export async function writeClientFile(path: string, content: ClientFile): Promise<void> {
  const draft = `${path}.new`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
    // One that was left over may have had other rights.
    await chmod(draft, 0o600);
    await rename(draft, path);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

export function forgetClientFile(path: string): Promise<void> {
  return rm(path, { force: true });
}

/** A process that holds the lock for longer is dead, because it waits only some seconds for the issuer. */
const staleMs = 60_000;

/** Only one process of this user at a time: an issuer treats a refresh token that it sees twice as stolen (RFC 9700, 4.14.2). */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`;
  for (;;) {
    try {
      await (await open(lock, 'wx', 0o600)).close();
      break;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw unwritable(lock, cause);
      const since = (await stat(lock).catch(() => undefined))?.mtimeMs;
      if (since !== undefined && Date.now() - since > staleMs) await rm(lock, { force: true });
      else await pause(100);
    }
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

function makeDamagedError(path: string, cause: unknown): BootreadyError {
  return new BootreadyError({
    code: 'invalid-input',
    message: `${path} is not a valid settings file of bootready.`,
    remedy: 'Recreate it with "bootready login URL".',
    cause,
  });
}

function unwritable(path: string, cause: unknown): BootreadyError {
  return new BootreadyError({
    code: 'unavailable',
    message: `${path} cannot be written: ${(cause as NodeJS.ErrnoException).code ?? 'unknown reason'}.`,
    remedy: 'Make its folder writable, or name another file in BOOTREADY_CONFIG.',
    cause,
  });
}
