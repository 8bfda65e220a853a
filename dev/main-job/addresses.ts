import { join } from 'node:path';
import { type StackState, writePrivate } from '../stack/state.ts';
import { demoProject } from '../stack/up.ts';

/** What the command line needs, through BOOTREADY_CONFIG. */
export function writeClientConfig(dataDir: string, { ports, keys }: StackState): Promise<void> {
  return writePrivate(
    join(dataDir, 'client.json'),
    `${JSON.stringify({ url: `http://127.0.0.1:${ports.api}`, apiKey: keys?.member }, null, 2)}\n`,
  );
}

/** Where everything is and how an own image is uploaded. Secrets are named by their file, not printed. */
export function describeAddresses(dataDir: string, { ports }: StackState): string {
  const api = `http://127.0.0.1:${ports.api}`;
  const s3 = `http://127.0.0.1:${ports.s3}`;
  const credentials = join(dataDir, 'stack.json');
  return `
bootready is running.
  Portal         ${api}  (sign in with the apiKey of client.json below)
  API            ${api}/v1  (description: ${api}/openapi.json)
  Queue board    ${api}/queues  (user "admin", password: keys.admin in the file below)
  Temporal UI    http://127.0.0.1:${ports.temporalUi}
  S3 server      ${s3}  (buckets "uploads" and "images")
  Credentials    ${credentials}
  Logs           ${join(dataDir, 'logs')}

Upload an image of your own:
  export BOOTREADY_CONFIG=${join(dataDir, 'client.json')}
  npx bootready upload FILE --name NAME

Or with any S3 client, at ${s3} with s3.accessKey and s3.secretKey of the credentials, to
  uploads/${demoProject}/FILE     (its name, if you like, as metadata "name")
`;
}
