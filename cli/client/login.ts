import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Self } from '../../shared/contracts/api.ts';
import { BootreadyError } from '../../shared/errors.ts';
import { formatBytes } from '../../shared/quantities.ts';
import { quotaLines } from '../../shared/quota.ts';
import type { Line } from '../terminal.ts';
import { connect, createApiClient } from './api-client.ts';
import { ask } from './ask.ts';
import { apiUrlOf, clientFileOf } from './connection.ts';
import { type OutputOptions, printResult, tell } from './output.ts';

/** Reads a key, checks it with the installation, and keeps both for later commands. */
export const login = async (address: string, options: OutputOptions): Promise<void> => {
  const url = apiUrlOf(address);
  const apiKey = await readKey(url);
  const self = await createApiClient({ url, apiKey }).self();
  const path = clientFileOf(process.env);
  await writeSecret(path, `${JSON.stringify({ url, apiKey }, null, 2)}\n`);
  printResult(self, () => [`Logged in to ${url}, project ${self.projectId}, role ${self.role}.`], options);
  if (url.startsWith('http:') && !/^(localhost|127\..*|\[::1\])$/.test(new URL(url).hostname)) {
    tell('The key goes over the network without encryption; use https:// where the installation has it.', options);
  }
  if (process.env.BOOTREADY_URL || process.env.BOOTREADY_API_KEY) {
    tell('BOOTREADY_URL or BOOTREADY_API_KEY is set in the environment and still goes first.', options);
  }
};

export const whoAmI = async (options: OutputOptions): Promise<void> => {
  const api = await connect();
  const self = await api.self();
  printResult(self, () => selfLines(api.url, self), options);
};

const selfLines = (url: string, { projectId, role, limits, quota, uploads }: Self): Line[] => [
  `installation  ${url}`,
  `project       ${projectId}`,
  `role          ${role}`,
  `limits        uploads of ${formatBytes(limits.maxUploadBytes)}, disks of ${formatBytes(limits.maxVirtualBytes)}`,
  ...quotaLines(quota).map((line, index) => `${index === 0 ? 'quota ' : '      '}        ${line}`),
  `S3 uploads    ${uploads.endpoint}, bucket ${uploads.bucket}, keys below ${uploads.keyPrefix}`,
];

const readKey = async (url: string): Promise<string> => {
  const key = (
    process.stdin.isTTY ? await ask(`API key for ${url}: `, { hidden: true }) : await text(process.stdin)
  ).trim();
  if (/^\S{8,}$/.test(key)) return key;
  throw new BootreadyError({
    code: 'invalid-input',
    message: key === '' ? 'No API key came on standard input.' : 'What came on standard input is no API key.',
    remedy: `Type it when asked, or give it by a file: bootready login ${url} < key-file`,
  });
};

/** For the user alone, whole or not at all. */
const writeSecret = async (path: string, content: string): Promise<void> => {
  const draft = `${path}.new`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(draft, content, { mode: 0o600 });
    // One that was left over may have had other rights.
    await chmod(draft, 0o600);
    await rename(draft, path);
  } catch (cause) {
    throw new BootreadyError({
      code: 'unavailable',
      message: `${path} cannot be written: ${(cause as NodeJS.ErrnoException).code ?? 'unknown reason'}.`,
      remedy: 'Make its folder writable, or name another file in BOOTREADY_CONFIG.',
      cause,
    });
  }
};
