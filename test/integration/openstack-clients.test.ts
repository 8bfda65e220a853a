import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKeyStore, createProjectStore } from '../../adapters/database/project-store.ts';
import type { Role } from '../../shared/ports/projects.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import { buildDisk, convert } from '../hostile/images.ts';
import { eventually } from '../support/eventually.ts';
import { type Installation, startInstallation } from '../support/installation.ts';
import { type OpenStackClients, openStackClients, type Ran } from '../support/openstack-clients.ts';
import { servedImage } from '../support/served-image.ts';

/** OpenStack's own clients, unchanged, against a whole installation: what they print and what they save. */

let installation: Installation;
let clients: OpenStackClients;
let dir: string;
let disk: string;
const keys: Record<string, string> = {};
const keyIds: Record<string, string> = {};
beforeAll(async () => {
  [installation, clients] = await Promise.all([
    startInstallation({ env: { POLICY: 'warn', WEB_DOWNLOAD_HOSTS: '127.0.0.1' } }),
    openStackClients(),
  ]);
  dir = mkdtempSync(join(tmpdir(), 'openstack-'));
  disk = buildDisk(join(dir, 'disk.raw'));
  await createProjectStore(installation.db).ensure({ id: 'other' });
  for (const [name, projectId, role] of [
    ['member', 'demo', 'member'],
    ['admin', 'demo', 'admin'],
    ['stranger', 'other', 'member'],
  ] as [string, string, Role][]) {
    const { key, hash, hint } = newApiKey();
    keys[name] = key;
    keyIds[name] = await createApiKeyStore(installation.db).create({ projectId, name, hash, hint, role });
  }
});
afterAll(async () => {
  await installation?.close();
  if (dir) rmSync(dir, { recursive: true });
});

function login(who: string): Record<string, string> {
  return {
    OS_AUTH_URL: `${installation.apiUrl}/identity`,
    OS_USERNAME: who,
    OS_PASSWORD: keys[who] ?? '',
    OS_PROJECT_NAME: who === 'stranger' ? 'other' : 'demo',
    OS_USER_DOMAIN_NAME: 'Default',
    OS_PROJECT_DOMAIN_NAME: 'Default',
    OS_IDENTITY_API_VERSION: '3',
  };
}

/** What commands printed as JSON, or as text. */
// biome-ignore lint/suspicious/noExplicitAny: what clients print is looked at field by field
function printed({ code, stdout, stderr }: Ran): any {
  if (code !== 0) throw new Error(`ended with ${code}: ${stderr || stdout}`);
  return /^[[{]/.test(stdout) ? JSON.parse(stdout) : stdout;
}
async function openstack(who: string, ...commands: string[][]) {
  return (await clients.openstack(login(who), ...commands)).map(printed);
}
const json = ['-f', 'json'];
/** What was sent is looked at first; clients that wait for an image wait through `saving`. */
function served(id: string) {
  return servedImage(installation, id, 60);
}

describe('openstack', () => {
  test('logs in with an API key as the password, and finds the image service in the catalog', async () => {
    const [token, catalog] = await openstack('member', ['token', 'issue', ...json], ['catalog', 'list', ...json]);
    expect(token.project_id).toBe('demo');
    expect(catalog.map(({ Type }: { Type: string }) => Type).sort()).toEqual(['identity', 'image']);
    const [wrong] = await clients.openstack({ ...login('member'), OS_PASSWORD: 'brk_wrong' }, ['image', 'list']);
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringMatching(/API key is invalid.*HTTP 401/s) });
    const applicationCredential = {
      OS_AUTH_URL: `${installation.apiUrl}/identity/v3`,
      OS_AUTH_TYPE: 'v3applicationcredential',
      OS_APPLICATION_CREDENTIAL_ID: keyIds.member ?? '',
      OS_APPLICATION_CREDENTIAL_SECRET: keys.member ?? '',
    };
    const [ran] = await clients.openstack(applicationCredential, ['token', 'issue', ...json]);
    expect(printed(ran as Ran).project_id).toBe('demo');
  });

  test('creates, lists, changes, tags, shares, saves and deletes an image', async () => {
    const file = convert(disk, 'qcow2', join(dir, 'disk.qcow2'));
    const bytes = readFileSync(file);
    const id = randomUUID();
    const show = ['image', 'show', ...json, id];
    const [saved] = await openstack('member', [
      ...['image', 'create', ...json, '--id', id, '--file', file, '--disk-format', 'qcow2'],
      ...[
        '--container-format',
        'bare',
        '--min-ram',
        '512',
        '--property',
        'os_distro=debian',
        '--tag',
        'one',
        'Debian 12',
      ],
    ]);
    expect(['saving', 'active']).toContain(saved.status);
    await served(id);
    const [image, listed, , , changed] = await openstack(
      'member',
      show,
      ['image', 'list', ...json, '--name', 'Debian 12', '--tag', 'one', '--property', 'os_distro=debian'],
      ['image', 'set', '--name', 'Debian 12.1', '--property', 'a=b', '--tag', 'two', id],
      ['image', 'unset', '--tag', 'one', '--property', 'os_distro', id],
      ['image', 'show', ...json, 'Debian 12.1'],
      ['image', 'add', 'project', id, 'other'],
    );
    expect(image).toMatchObject({
      name: 'Debian 12',
      status: 'active',
      size: bytes.length,
      virtual_size: 48 * 1024 ** 2,
      checksum: createHash('md5').update(bytes).digest('hex'),
      disk_format: 'qcow2',
      container_format: 'bare',
      min_ram: 512,
      owner: 'demo',
      visibility: 'shared',
      tags: ['one'],
      properties: { os_distro: 'debian', os_hash_algo: 'sha512', os_hidden: false },
    });
    expect(image.properties.os_hash_value).toBe(createHash('sha512').update(bytes).digest('hex'));
    expect(listed).toEqual([{ ID: id, Name: 'Debian 12', Status: 'active' }]);
    expect(changed).toMatchObject({ id, tags: ['two'], properties: { a: 'b' } });
    expect(changed.properties).not.toHaveProperty('os_distro');

    const copy = join(dir, 'copy.qcow2');
    const [before, , after, shared] = await openstack(
      'stranger',
      ['image', 'list', ...json],
      ['image', 'set', '--accept', id],
      ['image', 'list', ...json],
      ['image', 'list', ...json, '--shared'],
      ['image', 'save', '--file', copy, id],
    );
    expect([before, after, shared]).toMatchObject([[], [{ ID: id }], [{ ID: id }]]);
    expect(readFileSync(copy).equals(bytes)).toBe(true);

    const [members, ...changes] = await clients.openstack(
      login('member'),
      ['image', 'member', 'list', ...json, id],
      ['image', 'set', '--deactivate', id],
      ['image', 'save', '--file', join(dir, 'deactivated'), id],
      ['image', 'set', '--activate', id],
      ['image', 'set', '--protected', id],
      ['image', 'delete', id],
      ['image', 'set', '--unprotected', id],
      ['image', 'remove', 'project', id, 'other'],
      ['image', 'delete', id],
      show,
    );
    expect(printed(members as Ran)).toMatchObject([{ 'Member ID': 'other', Status: 'accepted' }]);
    expect(changes.map(({ code }) => code)).toEqual([0, 1, 0, 0, 1, 0, 0, 0, 1]);
    expect(changes[4]?.stderr).toContain('protected');
  });

  test('what is imported goes the whole way and is served as what came of it; what is kept is looked at and stays', async () => {
    const vmdk = convert(disk, 'vmdk', join(dir, 'disk.vmdk'));
    const [id, kept] = [randomUUID(), randomUUID()];
    const file = (path: string) => ['--file', path, '--disk-format', 'vmdk', '--container-format', 'bare'];
    await openstack(
      'member',
      ['image', 'create', '--id', id, '--import', ...file(vmdk), 'Imported'],
      ['image', 'create', '--id', kept, ...file(vmdk), 'Kept'],
    );
    const ended = (imageId: string) =>
      eventually(
        () =>
          installation.db
            .selectFrom('runs')
            .where('image_id', '=', imageId)
            .where('finished_at', 'is not', null)
            .selectAll()
            .executeTakeFirst(),
        { within: 280, what: 'the run ends' },
      );
    expect(await ended(id)).toMatchObject({
      number: 1,
      status: 'published',
      request_id: expect.stringMatching(/^req-/),
    });
    expect(await ended(kept)).toMatchObject({ number: 1, status: 'published', request_id: null });
    const copy = join(dir, 'imported.raw');
    const keptCopy = join(dir, 'kept.vmdk');
    const [image, keptImage] = await openstack(
      'member',
      ['image', 'show', ...json, id],
      ['image', 'show', ...json, kept],
      ['image', 'save', '--file', copy, id],
      ['image', 'save', '--file', keptCopy, kept],
      ['image', 'delete', id, kept],
    );
    expect(keptImage).toMatchObject({ status: 'active', disk_format: 'vmdk', size: readFileSync(vmdk).length });
    expect(readFileSync(keptCopy).equals(readFileSync(vmdk))).toBe(true);
    expect(image).toMatchObject({
      status: 'active',
      disk_format: 'raw',
      size: 48 * 1024 ** 2,
      checksum: createHash('md5').update(readFileSync(disk)).digest('hex'),
      properties: { os_glance_bootready_verdict: 'publish-with-warnings' },
    });
    expect(readFileSync(copy).equals(readFileSync(disk))).toBe(true);
  });

  test('an image that is created without a file, and without a terminal, waits for its data', async () => {
    const id = randomUUID();
    const [made, shown] = await clients.openstack(
      { ...login('member'), STDIN: '/dev/null' },
      ['image', 'create', ...json, '--id', id, 'From cron'],
      ['image', 'show', ...json, id],
    );
    expect([made?.code, made?.stderr]).toEqual([0, '']);
    const image = printed(shown as Ran);
    expect(image).toMatchObject({ id, status: 'queued' });
    expect(image).not.toHaveProperty('size');
  });

  test('a file that is not what it is declared to be is refused with the reason', async () => {
    const file = join(dir, 'noise');
    writeFileSync(file, randomBytes(4096));
    const [refused, listed] = await clients.openstack(
      login('member'),
      ['image', 'create', '--file', file, '--disk-format', 'qcow2', '--container-format', 'bare', 'Noise'],
      ['image', 'list', ...json, '--name', 'Noise'],
    );
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('not qcow2 by its content') });
    // The client clears away what it began.
    expect(printed(listed as Ran)).toEqual([]);
  });
});

/** Files of a mirror, by path; `moved` leads to the disk, `inside` to an address that no user may reach. */
async function mirror(files: Record<string, Buffer>) {
  const server = createServer((asked, answer) => {
    const path = (asked.url ?? '').split('?')[0] ?? '';
    if (path === '/moved') answer.writeHead(302, { location: '/disk.qcow2' }).end();
    else if (path === '/inside') answer.writeHead(302, { location: 'http://169.254.169.254/latest/' }).end();
    else if (files[path]) answer.end(files[path]);
    else answer.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

test('both clients let the installation fetch an image, which goes the whole way; what may not be fetched says why', async () => {
  const qcow2 = convert(disk, 'qcow2', join(dir, 'fetched.qcow2'));
  const { url, close } = await mirror({ '/disk.qcow2': readFileSync(qcow2) });
  try {
    const [byOpenstack, inside, byGlance] = [randomUUID(), randomUUID(), randomUUID()];
    const make = (id: string) => ['image', 'create', '--id', id, '--disk-format', 'raw', '--container-format', 'bare'];
    const fetch = (id: string, path: string) => [
      'image',
      'import',
      '--method',
      'web-download',
      '--uri',
      `${url}${path}`,
      id,
    ];
    await openstack(
      'member',
      [...make(byOpenstack), 'Fetched'],
      fetch(byOpenstack, '/moved?signature=secret'),
      [...make(inside), 'Inside'],
      fetch(inside, '/inside'),
    );
    const env = { OS_IMAGE_URL: `${installation.apiUrl}/image`, OS_AUTH_TOKEN: keys.member ?? '' };
    const ran = await clients.glance(env, [
      ...['image-create-via-import', '--id', byGlance, '--name', 'by glance', '--disk-format', 'raw'],
      ...['--container-format', 'bare', '--import-method', 'web-download', '--uri', `${url}/disk.qcow2`],
      ...['--stores', 'images'],
    ]);
    ran.map(printed);
    const status = (id: string) =>
      eventually(
        async () => {
          const row = await installation.db
            .selectFrom('images')
            .where('id', '=', id)
            .select('status')
            .executeTakeFirst();
          return row && ['active', 'killed'].includes(row.status) ? row.status : undefined;
        },
        { within: 200, what: 'the image is active or killed' },
      );
    expect(await Promise.all([byOpenstack, inside].map(status))).toEqual(['active', 'killed']);
    // The same way from there on.
    const handedOver = () => installation.db.selectFrom('downloads').where('image_id', '=', byGlance).select('status');
    await eventually(async () => (await handedOver().executeTakeFirst())?.status === 'handed-over', {
      within: 60,
      what: "glance's image is fetched",
    });
    const copy = join(dir, 'fetched.raw');
    const [whole, refused] = await openstack(
      'member',
      ['image', 'show', ...json, byOpenstack],
      ['image', 'show', ...json, inside],
      ['image', 'save', '--file', copy, byOpenstack],
    );
    expect(whole).toMatchObject({ status: 'active', disk_format: 'raw', size: 48 * 1024 ** 2 });
    expect(whole.properties).toMatchObject({ stores: 'images', os_glance_failed_import: '' });
    expect(refused.properties).toMatchObject({
      os_glance_bootready_problems: 'forbidden',
      os_glance_failed_import: 'images',
      os_glance_bootready_advice: expect.stringMatching(
        /^169\.254\.169\.254 is not a public address\. .*WEB_DOWNLOAD_HOSTS/,
      ),
    });
    expect(readFileSync(copy).equals(readFileSync(disk))).toBe(true);
    expect(await installation.logs()).not.toContain('signature');
  } finally {
    close();
  }
}, 400_000);

test('openstacksdk pages, filters, sorts, updates, downloads and verifies', async () => {
  const answer = await clients.sdk(
    login('member'),
    `
import hashlib, os
data = os.urandom(3_000_000)
made = [connection.image.create_image(f"sdk {n}", data=data[: 1000 * (n + 1)], disk_format="raw", container_format="bare",
                                      visibility="private", tags=["sdk"]) for n in range(5)]
sizes = [image.size for image in connection.image.images(tag="sdk", limit=2, sort="size:desc")]
large = [image.name for image in connection.image.images(tag="sdk", size_min=4000, sort="name:asc")]
connection.image.update_image(made[0], name="renamed", min_disk=7)
connection.image.add_tag(made[0], "tagged")
found = connection.image.find_image("renamed")
chunks = connection.image.download_image(found, stream=True)
whole = b"".join(chunks.iter_content(1000))
usage = connection.image.get("/info/usage").json()
for image in made:
    connection.image.delete_image(image)
print(json.dumps({"sizes": sizes, "large": large, "tags": found.tags, "min_disk": found.min_disk,
                  "same": whole == data[:1000], "count": usage["usage"]["image_count_total"]["usage"],
                  "left": len(list(connection.image.images(tag="sdk")))}))
`,
  );
  expect(answer).toMatchObject({
    sizes: [5000, 4000, 3000, 2000, 1000],
    large: ['sdk 3', 'sdk 4'],
    tags: expect.arrayContaining(['sdk', 'tagged']),
    min_disk: 7,
    same: true,
    left: 0,
  });
});

test('all three clients ask for tasks, stores and metadata definitions, and are told what there is', async () => {
  const id = randomUUID();
  await openstack('member', [
    'image',
    'create',
    '--id',
    id,
    '--disk-format',
    'raw',
    '--container-format',
    'bare',
    'Task',
  ]);
  const file = join(dir, 'task.raw');
  writeFileSync(file, randomBytes(1024));
  await openstack(
    'member',
    ['image', 'stage', '--file', file, id],
    ['image', 'import', '--method', 'glance-direct', id],
  );
  const { id: task } = await eventually(
    () => installation.db.selectFrom('runs').where('image_id', '=', id).select('id').executeTakeFirst(),
    { within: 30, what: 'the import is a run' },
  );
  const [listed, shown, namespaces, types, stores] = await openstack(
    'admin',
    ['image', 'task', 'list', ...json, '--sort-key', 'status'],
    ['image', 'task', 'show', ...json, task],
    ['image', 'metadef', 'namespace', 'list', ...json],
    ['image', 'metadef', 'resource', 'type', 'list', ...json],
    ['image', 'stores', 'list', ...json, '--detail'],
  );
  expect(listed.map(({ ID }: { ID: string }) => ID)).toContain(task);
  expect(shown).toMatchObject({
    id: task,
    owner_id: 'demo',
    input: { import_req: { method: { name: 'glance-direct' } } },
  });
  expect([namespaces, types]).toEqual([[], []]);
  expect(JSON.stringify(stores)).toContain('images');
  const env = { OS_IMAGE_URL: `${installation.apiUrl}/image`, OS_AUTH_TOKEN: keys.admin ?? '' };
  const [tasks, one, ofImage, ...definitions] = (
    await clients.glance(
      env,
      ['task-list', '--sort-key', 'type', '--page-size', '1'],
      ['task-show', task],
      ['image-tasks', id],
      ['md-namespace-list'],
      ['md-resource-type-list'],
    )
  ).map(printed);
  expect(tasks).toContain(task);
  expect(one).toContain('api_image_import');
  expect(ofImage).toContain('Updated at');
  expect(definitions).toHaveLength(2);
  const [refused, made] = await clients.openstack(
    login('member'),
    ['image', 'task', 'list'],
    ['image', 'metadef', 'namespace', 'create', 'x'],
  );
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('403') });
  expect(made).toMatchObject({ code: 1, stderr: expect.stringContaining('403') });
}, 400_000);

test('glance does it with an API key as its token', async () => {
  const bytes = randomBytes(1024);
  const file = join(dir, 'random.raw');
  const copy = join(dir, 'random.copy');
  writeFileSync(file, bytes);
  const id = randomUUID();
  const env = { OS_IMAGE_URL: `${installation.apiUrl}/image`, OS_AUTH_TOKEN: keys.member ?? '' };
  const outputs = (
    await clients.glance(
      env,
      [
        ...['image-create', '--id', id, '--name', 'random', '--disk-format', 'raw'],
        ...['--container-format', 'bare', '--file', file],
      ],
      ['image-update', id, '--name', 'renamed', '--property', 'x=y'],
      ['image-tag-update', id, 'tagged'],
      ['image-show', id],
      ['image-list'],
      ['image-download', id, '--file', copy],
      ['stores-info'],
      ['import-info'],
      ['usage'],
      ['image-deactivate', id],
      ['image-reactivate', id],
      ['member-create', id, 'other'],
      ['member-list', '--image-id', id],
      ['member-delete', id, 'other'],
      ['image-tag-delete', id, 'tagged'],
      ['image-delete', id],
    )
  ).map(printed);
  expect(outputs[3]).toMatch(/\| x +\| y/);
  expect(outputs[3]).toMatch(/\| tags +\| \["tagged"\]/);
  expect(outputs[4]).toContain('renamed');
  expect(outputs[6]).toContain('images');
  expect(outputs[7]).toContain('glance-direct');
  expect(outputs[8]).toContain('image_size_total');
  expect(outputs[12]).toContain('pending');
  expect(readFileSync(copy).equals(bytes)).toBe(true);
  const [gone] = await clients.glance(env, ['image-show', id]);
  expect(gone?.code).not.toBe(0);
});
