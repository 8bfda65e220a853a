import { setTimeout as pause } from 'node:timers/promises';
import { type Cloud, startCloud } from '../../support/openstack-cloud.ts';
import { type Contender, measured, type Taken } from './contender.ts';
import { putFile } from './put-file.ts';

const backends = { 'file store': 'disk', 'S3 store': 'objects' } as const;

/** Of glance_store's S3 driver (glance-api.conf, section of the backend), on the same server as the uploads. */
function objects(env: Record<string, string>): string {
  return `
[objects]
s3_store_host = ${env.S3_ENDPOINT}
s3_store_region_name = ${env.S3_REGION ?? 'us-east-1'}
s3_store_access_key = ${env.S3_ACCESS_KEY}
s3_store_secret_key = ${env.S3_SECRET_KEY}
s3_store_bucket = images
s3_store_bucket_url_format = path
`;
}

/**
 * Glance with its plugin that converts to raw, and each of its stores. Its time begins when the file lies in its staging folder, so it fetches nothing.
 * @param packages a folder with boto3
 */
export async function startGlance(
  env: Record<string, string>,
  packages: string,
): Promise<{ contenders: Contender[]; close(): Promise<void> }> {
  const stores = { backends: 'objects:s3', config: objects(env) };
  const cloud = await startCloud({ converts: true, packages, stores });
  const contenders = Object.entries(backends).map(
    ([name, backend]): Contender => ({
      name: `Glance, ${name}`,
      measure: async ({ path, form, bytes }) =>
        form.glance ? importInto(cloud, backend, { path, bytes, format: form.glance }) : undefined,
    }),
  );
  return { contenders, close: () => cloud.close() };
}

async function importInto(
  cloud: Cloud,
  backend: string,
  { path, bytes, format }: { path: string; bytes: number; format: string },
): Promise<Taken> {
  const token = await cloud.login();
  const call = async (method: string, at: string, body?: object): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${cloud.imageUrl}/v2/images${at}`, {
      method,
      headers: { 'x-auth-token': token, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${at}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : {};
  };
  const { id } = await call('POST', '', { name: 'bench', disk_format: format, container_format: 'bare' });
  const headers = { 'x-auth-token': token, 'content-type': 'application/octet-stream' };
  await putFile(`${cloud.imageUrl}/v2/images/${id}/stage`, { path, length: bytes }, { status: 204, headers });
  const taken = await measured(cloud.glancePid(), async () => {
    await call('POST', `/${id}/import`, { method: { name: 'glance-direct' }, stores: [backend] });
    for (;;) {
      const image = await call('GET', `/${id}`);
      if (image.status === 'active' && !image.os_glance_importing_to_stores) break;
      if (image.os_glance_failed_import) {
        throw new Error(`Glance could not import ${path} into ${backend}: ${(await cloud.glanceLog()).slice(-3000)}`);
      }
      await pause(100);
    }
    return {};
  });
  await call('DELETE', `/${id}`);
  return taken;
}
