import { text } from 'node:stream/consumers';
import { type CommandLineSignIn, type Self, SignInWays } from '../../../shared/contracts/api.ts';
import { BootreadyError, isBootreadyError } from '../../../shared/errors.ts';
import { quotaLines } from '../../../shared/limits/quota.ts';
import { formatBytes } from '../../../shared/text/quantities.ts';
import { type Line, tellLine, withStyle } from '../../terminal.ts';
import { readAnswer, readJson } from '../api/answers.ts';
import { connect, createApiClient } from '../api/api-client.ts';
import { forgetClientFile, readClientFile, type SignIn, writeClientFile } from '../api/client-file.ts';
import { readApiUrl, toClientFile } from '../api/connection.ts';
import { createFetches } from '../api/patient-fetch.ts';
import { ask } from '../ask.ts';
import { interruptible } from '../interrupt.ts';
import { type OutputOptions, printResult, tell } from '../output.ts';
import type { DeviceCode } from './issuer.ts';

export type LoginOptions = OutputOptions & { key?: boolean; device?: boolean; project?: string };

/**
 * Saves the login for this machine, after the installation has confirmed it: a user of its issuer, or the key from standard input. At a terminal the issuer is
 * tried first, if it signs in command lines.
 */
export async function login(address: string, options: LoginOptions): Promise<void> {
  const url = readApiUrl(address);
  if (options.device && options.key) {
    throw new BootreadyError({
      code: 'invalid-input',
      message: '--device and --key are two ways to log in.',
      remedy: 'Give one of them.',
    });
  }
  const asksIssuer = options.device ?? (!options.key && process.stdin.isTTY);
  const offered = asksIssuer ? await findCommandLineSignIn(url) : undefined;
  if (options.device && !offered) {
    throw new BootreadyError({
      code: 'not-found',
      message: `${url} has no identity provider for command lines.`,
      remedy: `Use an API key: "bootready login ${url} --key".`,
    });
  }
  await (offered ? loginByIssuer(url, offered, options) : loginByKey(url, options));
  if (url.startsWith('http:') && !/^(localhost|127\..*|\[::1\])$/.test(new URL(url).hostname)) {
    tell('The key is sent without encryption. Use https:// if the installation supports it.', options);
  }
  if (process.env.BOOTREADY_URL || process.env.BOOTREADY_API_KEY) {
    tell('BOOTREADY_URL or BOOTREADY_API_KEY is set in the environment and still takes priority.', options);
  }
}

async function loginByKey(url: string, options: LoginOptions): Promise<void> {
  if (options.project !== undefined) {
    throw new BootreadyError({
      code: 'invalid-input',
      message: 'An API key is for one project.',
      remedy: 'Remove --project; it is for users of an identity provider (--device).',
    });
  }
  const apiKey = await readKey(url);
  const self = await createApiClient({ url, apiKey }).self();
  await writeClientFile(toClientFile(process.env), { url, apiKey });
  printResult(self, () => [`Logged in to ${url}, project ${self.projectId}, role ${self.role}.`], options);
}

function loginByIssuer(url: string, offered: CommandLineSignIn, options: LoginOptions): Promise<void> {
  return interruptible(async (signal) => {
    const project = options.project ?? (process.env.BOOTREADY_PROJECT || undefined);
    const signIn = await (await import('./issuer.ts')).signInByDevice(offered, showCode, signal);
    const self = await createApiClient({ url, apiKey: signIn.accessToken, project, signal }).self();
    await writeClientFile(toClientFile(process.env), { url, signIn, ...(project ? { project } : {}) });
    printResult(
      self,
      () => [
        `Logged in to ${url} as ${self.user?.name ?? 'nobody'}, project ${self.projectId}, role ${self.role}.`,
        ...((self.user?.projects.length ?? 0) > 1 ? ['--project or BOOTREADY_PROJECT chooses another project.'] : []),
      ],
      options,
    );
  });
}

/** With --json too: nobody could sign in without it. */
function showCode({ url, completeUrl, code, minutes }: DeviceCode): void {
  tellLine(['To sign in, open ', withStyle('strong', completeUrl ?? url), ' in a browser, on this or another device.']);
  tellLine([
    completeUrl ? 'It shows the code ' : 'Enter the code ',
    withStyle('strong', code),
    ` there; it is valid for ${minutes} minutes.`,
  ]);
}

/** Asks how users sign in, which needs no key. Undefined if users cannot sign in from the command line. */
async function findCommandLineSignIn(url: string): Promise<CommandLineSignIn | undefined> {
  const response = await createFetches({ url }).patient(new Request(`${url}/sign-in`));
  return readAnswer(url, SignInWays, readJson(await response.text())).issuer?.commandLine;
}

/** Removes the login from this machine; a sign-in ends at the issuer too. */
export async function logout(options: OutputOptions): Promise<void> {
  const path = toClientFile(process.env);
  const file = await readClientFile(path);
  if (!file) {
    printResult({ loggedOut: false }, () => ['Nobody is logged in on this machine.'], options);
    return;
  }
  await forgetClientFile(path);
  const isRevoked = 'signIn' in file && (await revokeOrTell(file.signIn, options));
  printResult(
    { loggedOut: true, url: file.url, revoked: isRevoked },
    () => [
      `Logged out of ${file.url}.`,
      ...('apiKey' in file ? ['The key stays valid. The operator can revoke it with "bootready key revoke".'] : []),
    ],
    options,
  );
}

async function revokeOrTell(signIn: SignIn, options: OutputOptions): Promise<boolean> {
  try {
    return await (await import('./issuer.ts')).revokeSignIn(signIn);
  } catch (error) {
    if (!isBootreadyError(error)) throw error;
    tell(`${error.message} The sign-in is removed here and expires there by itself.`, options);
    return false;
  }
}

export async function whoAmI(options: OutputOptions): Promise<void> {
  const api = await connect();
  const self = await api.self();
  printResult(self, () => selfLines(api.url, self), options);
}

function selfLines(url: string, { projectId, role, user, limits, quota, uploads }: Self): Line[] {
  return [
    `installation  ${url}`,
    `project       ${projectId}`,
    `role          ${role}`,
    ...(user ? [`user          ${user.name}, of ${user.projects.join(', ')}`] : []),
    `limits        uploads of ${formatBytes(limits.maxUploadBytes)}, disks of ${formatBytes(limits.maxVirtualBytes)}`,
    ...quotaLines(quota).map((line, index) => `${index === 0 ? 'quota ' : '      '}        ${line}`),
    `S3 uploads    ${uploads.endpoint}, bucket ${uploads.bucket}, keys below ${uploads.keyPrefix}`,
  ];
}

async function readKey(url: string): Promise<string> {
  const key = (
    process.stdin.isTTY ? await ask(`API key for ${url}: `, { hidden: true }) : await text(process.stdin)
  ).trim();
  if (/^\S{8,}$/.test(key)) return key;
  throw new BootreadyError({
    code: 'invalid-input',
    message: key === '' ? 'Standard input contains no API key.' : 'The text on standard input is not an API key.',
    remedy: `Type the key when asked, or read it from a file: bootready login ${url} < key-file`,
  });
}
