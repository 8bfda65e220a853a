import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../shared/ports/projects.ts';
import { type Installation, startInstallation } from '../support/installation.ts';
import { type OpenStackClients, openStackClients, type Ran } from '../support/openstack-clients.ts';
import { makeOpenrc, makeUsers, type OpenStackUser } from '../support/openstack-users.ts';
import { servedImage } from '../support/served-image.ts';

/**
 * Every command of images that `openstack` and `glance` have, each once: it does what it says, or is refused with a reason. A command that a newer client has
 * and that is not here is a failure. What users do with them in depth is in test/integration/openstack-clients.test.ts.
 */

let installation: Installation;
let clients: OpenStackClients;
let users: Record<Role | 'stranger', OpenStackUser>;
let dir: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'openstack-commands-'));
  [installation, clients] = await Promise.all([
    startInstallation({ env: { POLICY: 'warn', WEB_DOWNLOAD_HOSTS: '127.0.0.1' } }),
    openStackClients(),
  ]);
  users = await makeUsers(installation);
  writeFileSync(join(dir, 'data'), randomBytes(2048));
  writeFileSync(join(dir, 'schema.json'), '{"namespace": "ns"}');
});
afterAll(async () => {
  await installation?.close();
  if (dir) rmSync(dir, { recursive: true });
});

/** What was sent is served when a worker has looked at it. */
function served(id: string) {
  return servedImage(installation, id, 240);
}

/** A command as words, by whom, and what it says when it is refused; without that it succeeds. */
type Step = [who: Role | 'stranger', command: string, refusal?: RegExp];
type Run = (who: OpenStackUser, words: string[]) => Promise<Ran>;

async function walk(steps: readonly Step[], run: Run, names: Record<string, string>): Promise<void> {
  const otherwise: unknown[] = [];
  for (const [who, command, refusal] of steps) {
    const words = command.split(' ').map((word) => names[word] ?? word);
    const { code, stdout, stderr } = await run(users[who], words);
    const said = `${stdout}${stderr}`.trim().slice(-400);
    // Some that were refused end with 0 all the same.
    const isAsExpected = refusal ? refusal.test(said) : code === 0;
    if (!isAsExpected) otherwise.push({ command, code, said });
    const [sent] = /^image[ -]create .*--file/.test(command) ? [names.ID] : [];
    if (sent && code === 0) await served(sent);
  }
  expect(otherwise).toEqual([]);
}

/** Those of the client's that no step runs, and those of the steps that the client does not have. */
function notCovered(steps: readonly Step[], commands: readonly string[]): string[] {
  const ran = new Set(
    steps.map(([, command]) => {
      const known = commands.filter((name) => `${command} `.startsWith(`${name} `));
      return known.sort((a, b) => b.length - a.length)[0] ?? `no such command: ${command}`;
    }),
  );
  return [...commands.filter((name) => !ran.has(name)), ...[...ran].filter((name) => !commands.includes(name))];
}

const definitionsRefused = /Metadata definitions are not (?:stored|supported) here/;
/** Some clients have words of their own for it. */
const noDefinitions = new RegExp(`${definitionsRefused.source}|No .*(?:found|exists)`, 'i');
const nothingThere = /address does not exist|404|not found|does not support image caching/i;
const noLocations = /disabled API access to image locations/;

const ofOpenstack: readonly Step[] = [
  ['member', 'image create --id ID --file FILE --disk-format raw --container-format bare Walk'],
  ['member', 'image show ID'],
  ['member', 'image list --long'],
  ['member', 'image set --name Walked --tag t --property a=b ID'],
  ['member', 'image unset --tag t --property a ID'],
  ['member', 'image save --file COPY ID'],
  ['member', 'image add project ID other'],
  ['stranger', 'image set --accept ID'],
  ['member', 'image member list ID'],
  ['member', 'image member get ID other'],
  ['member', 'image remove project ID other'],
  ['member', 'image set --deactivate ID'],
  ['member', 'image set --activate ID'],
  ['member', 'image import info'],
  ['member', 'image stores list'],
  ['admin', 'image stores list --detail'],
  ['member', 'image create --id OTHER --disk-format raw --container-format bare Staged'],
  ['member', 'image stage --file FILE OTHER'],
  ['member', 'image import OTHER --method glance-direct --store images'],
  ['admin', 'image task list'],
  ['admin', 'image task show TASK', /No Task found/],
  ['member', 'image delete ID'],
  ['member', 'image metadef namespace list'],
  ['member', 'image metadef resource type list'],
  ['member', 'image metadef namespace create ns', noDefinitions],
  ['member', 'image metadef namespace delete ns', noDefinitions],
  ['member', 'image metadef namespace set --public ns', noDefinitions],
  ['member', 'image metadef namespace show ns', noDefinitions],
  ['member', 'image metadef namespace unset --all-tags ns', noDefinitions],
  ['member', 'image metadef object create --namespace ns o', noDefinitions],
  ['member', 'image metadef object delete ns o', noDefinitions],
  ['member', 'image metadef object list ns', noDefinitions],
  ['member', 'image metadef object property show ns o p', noDefinitions],
  ['member', 'image metadef object show ns o', noDefinitions],
  ['member', 'image metadef object update --name x ns o', noDefinitions],
  ['member', 'image metadef property create --name p --title P --type string --schema {} ns', noDefinitions],
  ['member', 'image metadef property delete ns p', noDefinitions],
  ['member', 'image metadef property list ns', noDefinitions],
  ['member', 'image metadef property set --name x ns p', noDefinitions],
  ['member', 'image metadef property show ns p', noDefinitions],
  ['member', 'image metadef resource type association create ns r', noDefinitions],
  ['member', 'image metadef resource type association delete ns r', noDefinitions],
  ['member', 'image metadef resource type association list ns', noDefinitions],
  ['member', 'cached image list', nothingThere],
  ['member', 'cached image queue OTHER', nothingThere],
  ['member', 'cached image delete OTHER'],
  ['member', 'cached image clear', /Failed to clear image cache/],
];

const ofGlance: readonly Step[] = [
  ['member', 'image-create --id ID --name walk --disk-format raw --container-format bare --file FILE'],
  ['member', 'image-show ID'],
  ['member', 'image-list'],
  ['member', 'image-update ID --name walked --property a=b'],
  ['member', 'image-tag-update ID t'],
  ['member', 'image-tag-delete ID t'],
  ['member', 'image-download ID --file COPY'],
  ['member', 'image-deactivate ID'],
  ['member', 'image-reactivate ID'],
  ['member', 'member-create ID other'],
  ['stranger', 'member-update ID other accepted'],
  ['member', 'member-list --image-id ID'],
  ['member', 'member-get ID other'],
  ['member', 'member-delete ID other'],
  ['member', 'image-delete ID'],
  [
    'member',
    'image-create-via-import --id OTHER --name via --disk-format raw --container-format bare --file FILE --stores images',
  ],
  ['member', 'image-tasks OTHER'],
  ['member', 'image-create --id THIRD --name third --disk-format raw --container-format bare'],
  ['member', 'image-stage THIRD --file FILE'],
  ['member', 'image-import THIRD --import-method glance-direct --stores images'],
  ['member', 'image-create --id FOURTH --name fourth --disk-format raw --container-format bare'],
  ['member', 'image-upload FOURTH --file FILE'],
  ['member', 'stores-info'],
  ['admin', 'stores-info --detail'],
  ['member', 'stores-delete --store images FOURTH', /only one|no other store|active image/],
  ['member', 'import-info'],
  ['member', 'usage'],
  ['member', 'explain image'],
  ['admin', 'task-list'],
  ['admin', 'task-show TASK', /Task not found/i],
  ['admin', 'task-create --type import --input {}', /Tasks cannot be created directly/],
  ['member', 'add-location FOURTH --url http://127.0.0.1/x', /not supported/i],
  ['member', 'location-add FOURTH --url http://127.0.0.1/x', /does not name an attribute of an image/],
  ['member', 'location-delete FOURTH --url http://127.0.0.1/x', noLocations],
  ['member', 'location-update FOURTH --url http://127.0.0.1/x', noLocations],
  ['member', 'md-namespace-list'],
  ['member', 'md-resource-type-list'],
  ['member', 'md-namespace-create ns', noDefinitions],
  ['member', 'md-namespace-delete ns', noDefinitions],
  ['member', 'md-namespace-import --file SCHEMA', noDefinitions],
  ['member', 'md-namespace-objects-delete ns', noDefinitions],
  ['member', 'md-namespace-properties-delete ns', noDefinitions],
  ['member', 'md-namespace-resource-type-list ns', noDefinitions],
  ['member', 'md-namespace-show ns', noDefinitions],
  ['member', 'md-namespace-tags-delete ns', noDefinitions],
  ['member', 'md-namespace-update ns --description x', noDefinitions],
  ['member', 'md-object-create ns --name o --schema {}', noDefinitions],
  ['member', 'md-object-delete ns o', noDefinitions],
  ['member', 'md-object-list ns', noDefinitions],
  ['member', 'md-object-property-show ns o p', noDefinitions],
  ['member', 'md-object-show ns o', noDefinitions],
  ['member', 'md-object-update ns o --schema {}', noDefinitions],
  ['member', 'md-property-create ns --name p --title P --type string --schema {}', noDefinitions],
  ['member', 'md-property-delete ns p', noDefinitions],
  ['member', 'md-property-list ns', noDefinitions],
  ['member', 'md-property-show ns p', noDefinitions],
  ['member', 'md-property-update ns p --schema {}', noDefinitions],
  ['member', 'md-resource-type-associate ns --name r', noDefinitions],
  ['member', 'md-resource-type-deassociate ns r', noDefinitions],
  ['member', 'md-tag-create ns --name t', noDefinitions],
  ['member', 'md-tag-create-multiple ns --names t', noDefinitions],
  ['member', 'md-tag-delete ns t', noDefinitions],
  ['member', 'md-tag-list ns', noDefinitions],
  ['member', 'md-tag-show ns t', noDefinitions],
  ['member', 'md-tag-update ns t --name u', noDefinitions],
  ['member', 'cache-list', nothingThere],
  ['member', 'cache-clear', nothingThere],
  ['member', 'cache-clean', nothingThere],
  ['member', 'cache-prune', nothingThere],
  ['member', 'cache-nodes-list FOURTH', nothingThere],
  ['member', 'cache-queue FOURTH', nothingThere],
  ['member', 'cache-delete FOURTH', nothingThere],
];

/** Methods of openstacksdk that are refused, and what they say then. */
const refusedMethods: readonly [RegExp, RegExp][] = [
  [/^create_task$/, /Tasks cannot be created directly/],
  // Task not found.
  [/^(get|wait_for)_task$/, /Task not found/],
  [/_locations?$/, /address does not exist/],
  [/cache|^queue_image$/, /address does not exist/],
  // The list of all is empty, and is there.
  [
    /^(?!metadef_namespaces$)(?!.*_schema$).*metadef_(namespace|object|propert|resource_type_association)/,
    definitionsRefused,
  ],
];

function namesFor(): Record<string, string> {
  return {
    ID: randomUUID(),
    OTHER: randomUUID(),
    THIRD: randomUUID(),
    FOURTH: randomUUID(),
    TASK: randomUUID(),
    FILE: join(dir, 'data'),
    COPY: join(dir, randomUUID()),
    SCHEMA: join(dir, 'schema.json'),
  };
}

describe('every command', () => {
  test('of openstack', async () => {
    expect(notCovered(ofOpenstack, (await clients.commands()).openstack)).toEqual([]);
    const run: Run = async (who, words) => (await clients.openstack(makeOpenrc(installation, who), words))[0] as Ran;
    await walk(ofOpenstack, run, namesFor());
  });

  test('of glance', async () => {
    expect(notCovered(ofGlance, (await clients.commands()).glance)).toEqual([]);
    const run: Run = async (who, words) =>
      (await clients.glance({ OS_IMAGE_URL: `${installation.apiUrl}/image`, OS_AUTH_TOKEN: who.key }, words))[0] as Ran;
    await walk(ofGlance, run, namesFor());
  });

  test('of openstacksdk', async () => {
    const script = readFileSync(join(import.meta.dirname, 'walk-sdk.py'), 'utf8');
    const answer = await clients.sdk(makeOpenrc(installation, users.admin), script);
    const { said, known } = answer as { said: Record<string, string | null>; known: string[] };
    expect(Object.keys(said).sort()).toEqual([...known].sort());
    const otherwise = Object.entries(said).filter(([name, words]) => {
      const [, refusal] = refusedMethods.find(([names]) => names.test(name)) ?? [];
      return refusal ? !refusal.test(words ?? '') : words !== null;
    });
    expect(otherwise).toEqual([]);
  });
});
