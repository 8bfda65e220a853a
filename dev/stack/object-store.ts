import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'minio';
import { type Service, startServer } from './service.ts';
import { toolPath } from './tool-path.ts';

export type ObjectStoreOptions = {
  dataDir: string;
  port: number;
  accessKey: string;
  secretKey: string;
  /** The address that it listens at. */
  host?: string;
  /** Must answer already: the server sends a test event when it starts, and ends when nobody takes it. */
  webhookUrl?: string;
  logFile?: string;
  /** Keeps users besides the root user, made by "versitygw admin create-user". */
  withUsers?: boolean;
};

/** versitygw over a folder: a real S3 server with multipart uploads, range reads, user metadata and notifications. */
export async function startObjectStore(
  options: ObjectStoreOptions,
): Promise<Service & { endpoint: string; region: string }> {
  const { dataDir, port, accessKey, secretKey, host = '127.0.0.1', webhookUrl, logFile } = options;
  const objects = join(dataDir, 'objects');
  await mkdir(objects, { recursive: true });
  const metadata = await metadataFolder(dataDir, objects);
  if (options.withUsers) await mkdir(join(dataDir, 'users'), { recursive: true });
  const client = new Client({ endPoint: host, port, useSSL: false, accessKey, secretKey });
  const service = await startServer({
    name: 'The object store',
    command: await toolPath('versitygw'),
    args: [
      ...(options.withUsers ? ['--iam-dir', join(dataDir, 'users')] : []),
      '--port',
      `${host}:${port}`,
      '--quiet',
      '--keep-alive',
      'posix',
      ...(metadata ? ['--sidecar', metadata] : []),
      objects,
    ],
    env: {
      ROOT_ACCESS_KEY: accessKey,
      ROOT_SECRET_KEY: secretKey,
      ...(webhookUrl ? { VGW_EVENT_WEBHOOK_URL: webhookUrl } : {}),
    },
    logFile: logFile ?? join(dataDir, 'versitygw.log'),
    ready: () => client.listBuckets().then(() => true),
  });
  return { ...service, endpoint: `http://${host}:${port}`, region: 'us-east-1' };
}

/**
 * Where versitygw keeps what it knows of an object. By default that is in extended attributes, and ext4 has 4 KiB for all those of a file (xattr(7)): the
 * offsets of about 800 parts, so a larger object is refused with "no space left". In a folder of its own there is no limit. Data that has its attributes
 * keeps them.
 */
async function metadataFolder(dataDir: string, objects: string): Promise<string | undefined> {
  const folder = join(dataDir, 'metadata');
  const isThere = await stat(folder).catch(() => undefined);
  if (!isThere && (await readdir(objects)).length > 0) return undefined;
  await mkdir(folder, { recursive: true });
  return folder;
}
