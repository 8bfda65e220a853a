import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Language } from '../../shared/checks/define.ts';
import { BootreadyError } from '../../shared/errors.ts';

/** Which installation, and with which key. */
export type Connection = { url: string; apiKey: string };

const ClientFile = z.object({ url: z.string(), apiKey: z.string() });
type Env = Readonly<Record<string, string | undefined>>;

/** XDG Base Directory Specification 0.8: an empty or relative variable counts as unset. */
const xdg = (value: string | undefined, fallback: string): string =>
  join(value?.startsWith('/') ? value : join(homedir(), fallback), 'bootready');

export const clientFileOf = (env: Env): string =>
  env.BOOTREADY_CONFIG || join(xdg(env.XDG_CONFIG_HOME, '.config'), 'client.json');
export const stateDirOf = (env: Env): string => xdg(env.XDG_STATE_HOME, '.local/state');

/** Without the slash at its end. @throws `invalid-input` */
export const apiUrlOf = (text: string): string => {
  const url = URL.parse(text.trim());
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.search || url.hash) {
    throw new BootreadyError({
      code: 'invalid-input',
      message: `"${text}" is not the address of an installation.`,
      remedy: 'Give the URL of its API, e.g. https://bootready.example.com.',
    });
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
};

/** Findings come in the reader's language where the catalogue has it. POSIX: LC_ALL, then LC_MESSAGES, then LANG. */
export const languageOf = (env: Env): Language =>
  /^de/i.test(env.LC_ALL || env.LC_MESSAGES || env.LANG || '') ? 'de' : 'en';

/**
 * BOOTREADY_URL and BOOTREADY_API_KEY (or BOOTREADY_API_KEY_FILE), else the file that `bootready login` wrote. The key of the
 * file goes to the address of the file only, whatever the environment says.
 * @throws `invalid-input`, `unauthenticated`
 */
export const readConnection = async (env: Env): Promise<Connection> => {
  const fromEnv = env.BOOTREADY_URL ? apiUrlOf(env.BOOTREADY_URL) : undefined;
  const key = await keyOf(env);
  if (fromEnv && key) return { url: fromEnv, apiKey: key };
  const path = clientFileOf(env);
  const file = await readClientFile(path);
  const url = fromEnv ?? file?.url;
  if (!url) {
    throw new BootreadyError({
      code: 'invalid-input',
      message: 'It is not known which installation to talk to.',
      remedy: 'Run "bootready login URL", or set BOOTREADY_URL and BOOTREADY_API_KEY.',
    });
  }
  const apiKey = key ?? (file?.url === url ? file.apiKey : undefined);
  if (apiKey) return { url, apiKey };
  throw new BootreadyError({
    code: 'unauthenticated',
    message: `There is no API key for ${url}.`,
    remedy: `Set BOOTREADY_API_KEY or BOOTREADY_API_KEY_FILE, or run "bootready login ${url}".`,
  });
};

const keyOf = async (env: Env): Promise<string | undefined> => {
  if (env.BOOTREADY_API_KEY) return env.BOOTREADY_API_KEY.trim();
  const path = env.BOOTREADY_API_KEY_FILE;
  if (!path) return undefined;
  try {
    const key = (await readFile(path, 'utf8')).trim();
    if (key) return key;
  } catch (cause) {
    throw unreadable('The file that BOOTREADY_API_KEY_FILE names cannot be read.', cause);
  }
  throw unreadable('The file that BOOTREADY_API_KEY_FILE names is empty.');
};

const unreadable = (message: string, cause?: unknown): BootreadyError =>
  new BootreadyError({
    code: 'invalid-input',
    message,
    remedy: 'Put the key there and make it readable for this user, or set BOOTREADY_API_KEY itself.',
    cause,
  });

const readClientFile = async (path: string): Promise<Connection | undefined> => {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw damaged(path, cause);
  }
  try {
    const { url, apiKey } = ClientFile.parse(JSON.parse(text));
    return { url: apiUrlOf(url), apiKey };
  } catch (cause) {
    throw damaged(path, cause);
  }
};

const damaged = (path: string, cause: unknown): BootreadyError =>
  new BootreadyError({
    code: 'invalid-input',
    message: `${path} cannot be read as settings of bootready.`,
    remedy: 'Write it anew with "bootready login URL".',
    cause,
  });
