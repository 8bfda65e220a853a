import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect } from 'vitest';
import { createApiKeyStore } from '../../adapters/database/project-store.ts';
import { createApiClient } from '../../cli/client/api/api-client.ts';
import type { ImageView } from '../../shared/contracts/api.ts';
import type { Role } from '../../shared/ports/projects.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import { firstSweep } from './housekeeping.ts';
import { type Installation, project, startInstallation } from './installation.ts';
import { type CliOptions, type CliRun, type StartedCli, startCli } from './run-cli.ts';
import { type StoreProxy, startStoreProxy } from './store-proxy.ts';
import { whereUploaded } from './where-uploaded.ts';

const MiB = 1024 ** 2;

/** A whole installation, its store behind a proxy, and somebody who uses it by the command line: a key and a folder of his own. */
export type CliUser = {
  dir: string;
  proxy: StoreProxy;
  installation: Installation;
  apiKey: string;
  api: ReturnType<typeof createApiClient>;
  start(args: readonly string[], options?: CliOptions): StartedCli;
  run(args: readonly string[], options?: CliOptions): Promise<CliRun>;
  /** Succeeds, and its JSON. */
  json(...args: string[]): Promise<unknown>;
  imagesNamed(name: string): Promise<ImageView[]>;
  /** The object that the image was sent as. */
  uploaded(image: Pick<ImageView, 'upload'>): Promise<Buffer>;
  close(): Promise<void>;
};

export async function startCliUser({
  role = 'member',
  env: more = {},
  ...options
}: {
  role?: Role;
  env?: Record<string, string>;
} & Pick<NonNullable<Parameters<typeof startInstallation>[0]>, 'roles'> = {}): Promise<CliUser> {
  const dir = await mkdtemp(join(tmpdir(), 'cli-'));
  const proxy = await startStoreProxy();
  const settings = { S3_PUBLIC_ENDPOINT: proxy.url, WEB_DOWNLOAD_HOSTS: '127.0.0.1', ...more };
  const installation = await startInstallation({ ...options, env: settings }).catch(async (error: unknown) => {
    await proxy.close();
    throw error;
  });
  // Else the sweep may find the first upload, and its notification comes to nothing.
  if (options.roles?.includes('queues') ?? true) await firstSweep(installation);
  proxy.target = installation.env.S3_ENDPOINT ?? '';
  const { key: apiKey, hash, hint } = newApiKey();
  await createApiKeyStore(installation.db).create({ projectId: project, name: 't', hash, hint, role });
  const api = createApiClient({ url: installation.apiUrl, apiKey });

  const start: CliUser['start'] = (args, { env = {}, ...options } = {}) =>
    startCli(args, {
      cwd: dir,
      ...options,
      env: {
        HOME: dir,
        XDG_STATE_HOME: join(dir, 'state'),
        BOOTREADY_URL: installation.apiUrl,
        BOOTREADY_API_KEY: apiKey,
        ...env,
      },
    });
  const run: CliUser['run'] = (...parameters) => start(...parameters).ended;
  return {
    dir,
    proxy,
    installation,
    apiKey,
    api,
    start,
    run,
    json: async (...args) => {
      const { code, stdout, stderr } = await run([...args, '--json']);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return JSON.parse(stdout);
    },
    imagesNamed: async (name) => (await api.images({ name })).images,
    uploaded: async (image) => {
      const { bucket, key } = whereUploaded(image);
      return buffer(await installation.s3.getObject(bucket, key));
    },
    close: async () => {
      await installation.close();
      await proxy.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** A raw disk by its partition table, 40 MiB of noise: five parts of 8 MiB. */
export async function noisyDisk(path: string): Promise<string> {
  const bytes = randomBytes(40 * MiB);
  bytes.fill(0, 440, 512);
  Buffer.from([0x80, 0, 0, 0, 0x83, 0, 0, 0]).copy(bytes, 446);
  bytes.writeUInt32LE(2048, 454);
  bytes.writeUInt32LE(4096, 458);
  bytes.writeUInt16LE(0xaa55, 510);
  await writeFile(path, bytes);
  return path;
}
