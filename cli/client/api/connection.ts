import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Language } from '../../../shared/checks/define.ts';
import { BootreadyError } from '../../../shared/errors.ts';
import { trimSlashes } from '../../../shared/text/trim-slashes.ts';
import { createAccessTokens } from '../account/access-tokens.ts';
import { readClientFile } from './client-file.ts';

/** Which installation, with which key or token (or where one is to be had that is good now), and in which project of a user. */
export type Connection = { url: string; apiKey: string | (() => Promise<string>); project?: string | undefined };

type Env = Readonly<Record<string, string | undefined>>;

/** XDG Base Directory Specification 0.8: an empty or relative variable counts as unset. */
function xdg(value: string | undefined, fallback: string): string {
  return join(value?.startsWith('/') ? value : join(homedir(), fallback), 'bootready');
}

export function toClientFile(env: Env): string {
  return env.BOOTREADY_CONFIG || join(xdg(env.XDG_CONFIG_HOME, '.config'), 'client.json');
}
export function findStateDir(env: Env): string {
  return xdg(env.XDG_STATE_HOME, '.local/state');
}

/** Without the slash at its end. @throws `invalid-input` */
export function readApiUrl(text: string): string {
  const url = URL.parse(text.trim());
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.search || url.hash) {
    throw new BootreadyError({
      code: 'invalid-input',
      message: `"${text}" is not the address of an installation.`,
      remedy: 'Give the URL of its API, e.g. https://bootready.example.com.',
    });
  }
  return trimSlashes(`${url.origin}${url.pathname}`);
}

/** Findings come in the reader's language where the catalogue has it. POSIX: LC_ALL, then LC_MESSAGES, then LANG. */
export function toLanguage(env: Env): Language {
  return /^de/i.test(env.LC_ALL || env.LC_MESSAGES || env.LANG || '') ? 'de' : 'en';
}

/**
 * BOOTREADY_URL and BOOTREADY_API_KEY (or BOOTREADY_API_KEY_FILE), or else the file that `bootready login` wrote. The key of the file goes only to the address
 * of the file, whatever the environment contains. BOOTREADY_PROJECT (the same as `--project`) overrides the file's project.
 * @throws `invalid-input`, `unauthenticated`
 */
export async function readConnection(env: Env): Promise<Connection> {
  const fromEnv = env.BOOTREADY_URL ? readApiUrl(env.BOOTREADY_URL) : undefined;
  const key = await findKey(env);
  const project = env.BOOTREADY_PROJECT || undefined;
  if (fromEnv && key) return withKey(fromEnv, key, project);
  const path = toClientFile(env);
  const file = await readClientFile(path);
  const kept = file && readApiUrl(file.url);
  const url = fromEnv ?? kept;
  if (!url) {
    throw new BootreadyError({
      code: 'invalid-input',
      message: 'No installation is set.',
      remedy: 'Run "bootready login URL", or set BOOTREADY_URL and BOOTREADY_API_KEY.',
    });
  }
  if (key) return withKey(url, key, project);
  if (file && kept === url) {
    if ('apiKey' in file) return withKey(url, file.apiKey, project);
    return { url, apiKey: createAccessTokens(path, file.url, file.signIn), project: project ?? file.project };
  }
  throw new BootreadyError({
    code: 'unauthenticated',
    message: `There is no API key for ${url}.`,
    remedy: `Set BOOTREADY_API_KEY or BOOTREADY_API_KEY_FILE, or run "bootready login ${url}".`,
  });
}

/** Three parts, as no key of ours has them: an access token. RFC 7515, 3.1. */
function isToken(key: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]*$/.test(key);
}

function withKey(url: string, apiKey: string, project: string | undefined): Connection {
  if (project === undefined || isToken(apiKey)) return { url, apiKey, project };
  // The API would ignore it, and a command for one project would act in another.
  throw new BootreadyError({
    code: 'invalid-input',
    message: 'An API key belongs to one project and cannot act in another one.',
    remedy: `Remove --project and BOOTREADY_PROJECT, or use a key of project "${project}".`,
  });
}

async function findKey(env: Env): Promise<string | undefined> {
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
}

function unreadable(message: string, cause?: unknown): BootreadyError {
  return new BootreadyError({
    code: 'invalid-input',
    message,
    remedy: 'Put the key there and make it readable for this user, or set BOOTREADY_API_KEY itself.',
    cause,
  });
}
