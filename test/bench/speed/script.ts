import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ObjectStore } from '../../../shared/ports/object-store.ts';
import { type Contender, measured } from './contender.ts';

const run = promisify(execFile);

/** script.sh, with the command line of AWS. @param python with the packages of s3-tools.txt */
export function shellScript(
  store: ObjectStore,
  { python, dir, env }: { python: string; dir: string; env: Record<string, string> },
): Contender {
  return {
    name: 'shell script',
    measure: async ({ bucket, key, form }) => {
      const cwd = await mkdtemp(join(dir, 'script-'));
      const target = { bucket: 'images', key: `script/${key}` };
      const args = [bucket, key, form.driver, target.bucket, target.key, form.unpack ?? ''];
      const credentials = {
        AWS_ACCESS_KEY_ID: env.S3_ACCESS_KEY,
        AWS_SECRET_ACCESS_KEY: env.S3_SECRET_KEY,
        AWS_DEFAULT_REGION: env.S3_REGION ?? 'us-east-1',
      };
      const AWS = `${python} -m awscli --endpoint-url ${env.S3_ENDPOINT}`;
      try {
        return await measured(process.pid, async () => {
          const script = join(import.meta.dirname, 'script.sh');
          await run(script, args, { cwd, env: { ...process.env, ...credentials, AWS } });
          return {};
        });
      } finally {
        await rm(cwd, { recursive: true, force: true });
        await store.remove(target.bucket, target.key);
      }
    },
  };
}
