import { join } from 'node:path';
import { productEnv } from '../stack/product.ts';
import { type StackState, writePrivate } from '../stack/state.ts';
import { demoProject } from '../stack/up.ts';

/** Values of ours have no quotes and no line ends; single quotes keep what a shell would change. */
function toShell(variables: Readonly<Record<string, string>>): string {
  return `${Object.entries(variables)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`)
    .join('\n')}\n`;
}

/** Files that clients and commands read: none of their keys needs to be copied. All are readable for their owner only. */
export async function writeClientFiles(dataDir: string, state: StackState): Promise<void> {
  const { ports, keys, s3 } = state;
  const client = { url: `http://127.0.0.1:${ports.api}`, apiKey: keys?.member };
  const aws = {
    AWS_ACCESS_KEY_ID: s3.accessKey,
    AWS_SECRET_ACCESS_KEY: s3.secretKey,
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${ports.s3}`,
  };
  const openstack = {
    OS_AUTH_URL: `http://127.0.0.1:${ports.api}/identity`,
    OS_IDENTITY_API_VERSION: '3',
    OS_USERNAME: 'demo',
    OS_PASSWORD: keys?.member ?? '',
    OS_PROJECT_NAME: demoProject,
    OS_USER_DOMAIN_NAME: 'Default',
    OS_PROJECT_DOMAIN_NAME: 'Default',
  };
  await writePrivate(join(dataDir, 'client.json'), `${JSON.stringify(client, null, 2)}\n`);
  await writePrivate(join(dataDir, 'aws.env'), toShell(aws));
  await writePrivate(join(dataDir, 'openstack.env'), toShell(openstack));
  await writePrivate(join(dataDir, 'operator.json'), `${JSON.stringify(productEnv(state, dataDir), null, 2)}\n`);
}

/** Where to sign in, and with what. Keys are shown on a terminal only: everything else may be a log that others read. */
export function describePortal(dataDir: string, { ports, keys }: StackState, isTerminal: boolean): string {
  const [user, admin] = isTerminal
    ? [keys?.member ?? '', keys?.admin ?? '']
    : [`apiKey in ${join(dataDir, 'client.json')}`, `keys.admin in ${join(dataDir, 'stack.json')}`];
  return `
  Portal         http://127.0.0.1:${ports.api}
  Key of a user  ${user}
  Administrator  ${admin}`;
}

/** Where everything is, and how an own image is uploaded. */
export function describeAddresses(dataDir: string, state: StackState, isTerminal: boolean): string {
  const { ports } = state;
  const api = `http://127.0.0.1:${ports.api}`;
  const file = (name: string): string => join(dataDir, name);
  return `
bootready is running.

Upload an image of your own, with any of these:
  export BOOTREADY_CONFIG=${file('client.json')}
  npx bootready upload FILE --name NAME

  . ${file('aws.env')}
  aws s3 cp FILE s3://uploads/${demoProject}/

  . ${file('openstack.env')}
  openstack image create --import --file FILE --disk-format qcow2 NAME

For operators:
  API            ${api}/v1  (description: ${api}/openapi.json)
  Queue board    ${api}/queues/  (for administrators who are signed in to the portal)
  Temporal UI    http://127.0.0.1:${ports.temporalUi}
  S3 server      http://127.0.0.1:${ports.s3}  (buckets "uploads" and "images")
  Check it all   BOOTREADY_CONFIG=${file('client.json')} npx bootready doctor
  Credentials    ${file('stack.json')}
  Logs           ${file('logs')}
${describePortal(dataDir, state, isTerminal)}
`;
}
