import { createHash } from 'node:crypto';
import { appendFile, copyFile, mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createApiKeyStore, createProjectStore } from '../../adapters/database/project-store.ts';
import {
  ImageDetail,
  ImagePage,
  ImageView,
  NewWebhook,
  Self,
  UploadEventPage,
  WebhookView,
} from '../../shared/contracts/api.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import { buildDisk, convert } from '../hostile/images.ts';
import { type CliUser, noisyDisk, startCliUser } from '../support/cli-user.ts';
import { eventually } from '../support/eventually.ts';
import { project } from '../support/installation.ts';
import { passOn } from '../support/store-proxy.ts';

/** The command as users have it, a process of its own, against a whole installation. */

const root = join(import.meta.dirname, '../..');
const MiB = 1024 ** 2;

let user: CliUser;
let dir: string;
let proxy: CliUser['proxy'];
let installation: CliUser['installation'];
let apiKey: string;
let disk: string;
let api: CliUser['api'];
let imagesNamed: CliUser['imagesNamed'];
let uploaded: CliUser['uploaded'];
beforeAll(async () => {
  user = await startCliUser();
  ({ dir, proxy, installation, apiKey, api, imagesNamed, uploaded } = user);
  disk = convert(buildDisk(join(dir, 'disk.raw')), 'qcow2', join(dir, 'disk.qcow2'));
});
afterAll(() => user?.close());
afterEach(() => {
  proxy.onPart = passOn;
  proxy.parts.length = 0;
});

const bootready: CliUser['run'] = (...parameters) => user.run(...parameters);
const json: CliUser['json'] = (...args) => user.json(...args);
function stateFiles(): Promise<string[]> {
  return readdir(join(dir, 'state/bootready/uploads'));
}

/** Parts up to this number go through, later ones wait; begins the upload and waits until the store has them. */
async function heldUpload(lastPart: number, args: string[]) {
  let held: (() => void) | undefined;
  const isHeld = new Promise<void>((resolve) => {
    held = resolve;
  });
  proxy.onPart = (partNumber, body) => {
    if (partNumber <= lastPart) return Promise.resolve(body);
    held?.();
    return new Promise(() => undefined);
  };
  const running = user.start(args);
  const early = await Promise.race([isHeld, running.ended]);
  expect(early).toBeUndefined();
  const [image] = await imagesNamed(args[args.indexOf('--name') + 1] ?? '');
  const { id } = image as ImageView;
  await eventually(async () => (await api.openUpload(id, 40 * MiB)).parts.length === lastPart, {
    within: 30,
    what: `the store has ${lastPart} parts`,
  });
  return { ...running, id };
}

test('an upload is sent, shown, listed, renamed, cancelled and deleted; all JSON is that of the contracts', async () => {
  const sent = ImageView.parse(await json('upload', disk, '--name', 'small', '--no-wait', '--policy', 'warn'));
  expect(sent).toMatchObject({ name: 'small', projectId: project, settings: { policy: 'warn' } });
  expect((await stat(disk)).size).toBe((await uploaded(sent)).length);
  expect(await stateFiles()).toEqual([]);

  await eventually(async () => (await api.image(sent.id)).activity !== null, { within: 60, what: 'it is seen' });
  expect(ImageDetail.parse(await json('cancel', sent.id)).id).toBe(sent.id);
  expect(ImageDetail.parse(await json('show', sent.id.slice(0, 13))).id).toBe(sent.id);
  expect(ImageDetail.parse(await json('show', 'small')).id).toBe(sent.id);
  const { images, next } = ImagePage.parse(await json('list', '--limit', '1'));
  expect([images.map(({ id }) => id), next]).toEqual([[sent.id], undefined]);

  expect(ImageView.parse(await json('rename', 'small', 'Größer'))).toMatchObject({ id: sent.id, name: 'Größer' });
  const listed = await bootready(['list']);
  expect(listed).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^NAME +STATE +SYSTEM +SIZE/) });
  expect(listed.stdout).toContain('Größer');
  expect(listed.stdout).toContain(sent.id);

  const { events } = UploadEventPage.parse(await json('events'));
  const ofIt = events.filter(({ key }) => key === sent.upload.key);
  expect(ofIt.map(({ imageId }) => imageId)).toEqual(ofIt.map(() => sent.id));
  expect(ofIt.filter(({ outcome }) => outcome === 'started')).toHaveLength(1);

  expect(await bootready(['delete', 'Größer'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
  const cancelled = await bootready(['watch', sent.id]);
  expect(cancelled).toMatchObject({ code: 3, stdout: expect.stringContaining('is cancelled.') });
  expect(await json('delete', sent.id, '--yes')).toEqual({ id: sent.id, deleted: true });
});

test('upload follows the run: rejected is 1 with advice, tried again under warn it is published and can be fetched', async () => {
  const rejected = await bootready(['upload', disk, '--name', 'data disk']);
  expect(rejected.code).toBe(1);
  expect(rejected.stdout).toMatch(/^data disk is rejected\.$/m);
  expect(rejected.stdout).toContain('To do: ');
  expect(rejected.stderr).toMatch(/^ {2}admit +done, /m);
  expect(rejected.stderr).toMatch(/^ {2}convert +done, /m);

  const retried = ImageDetail.parse(await json('retry', 'data disk', '--policy', 'warn', '--format', 'qcow2'));
  expect(retried).toMatchObject({ settings: { policy: 'warn', targetFormat: 'qcow2' }, activity: { run: 2 } });
  const watched = ImageDetail.parse(await json('watch', retried.id));
  expect(watched).toMatchObject({ status: 'active', published: { format: 'qcow2' } });
  expect(await bootready(['show', retried.id])).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringMatching(/^Run 2: published with warnings/m),
  });

  const folder = join(dir, 'fetched');
  await mkdir(folder);
  const file = join(folder, 'data disk.qcow2');
  expect(await json('download', retried.id, '-o', folder)).toMatchObject({ file, sha256: watched.published?.sha256 });
  const bytes = await readFile(file);
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(watched.published?.sha256);
  expect(await readdir(folder)).toEqual(['data disk.qcow2']);

  expect(await bootready(['download', retried.id], { cwd: folder })).toMatchObject({
    code: 6,
    stderr: expect.stringContaining('already exists'),
  });
  // Half of it is there from a download that was ended; what follows it is fetched.
  await writeFile(join(folder, 'b.part'), bytes.subarray(0, bytes.length / 2));
  const continued = await bootready(['download', retried.id, '-o', join(folder, 'b')]);
  expect(continued).toMatchObject({ code: 0, stderr: expect.stringContaining('Continuing at 50 %') });
  expect(continued.stderr).not.toContain('anew');
  expect((await readFile(join(folder, 'b'))).equals(bytes)).toBe(true);
  // Killed in the middle, it goes on with what is there; a limit makes sure that there is a middle.
  const slow = user.start(['download', retried.id, '-o', join(folder, 'd'), '--bwlimit', '16K']);
  const there = async (): Promise<number> => (await stat(join(folder, 'd.part')).catch(() => undefined))?.size ?? 0;
  await eventually(async () => (await there()) > 0, { within: 60, what: 'something has come' });
  slow.child.kill('SIGKILL');
  await slow.ended;
  const left = await there();
  expect(left).toBeLessThan(bytes.length);
  const rest = await bootready(['download', retried.id, '-o', join(folder, 'd')]);
  expect(rest).toMatchObject({ code: 0, stderr: expect.stringContaining('Continuing at') });
  expect((await readFile(join(folder, 'd'))).equals(bytes)).toBe(true);
  // Something else is there: it is not built upon.
  await writeFile(join(folder, 'c.part'), 'another image');
  const anew = await bootready(['download', retried.id, '-o', join(folder, 'c')]);
  expect(anew).toMatchObject({ code: 0, stderr: expect.stringContaining('Starting again') });
  expect((await readFile(join(folder, 'c'))).equals(bytes)).toBe(true);
}, 400_000);

test('several files become an image each; one that is refused holds up no other', async () => {
  const text = join(dir, 'no disk.txt');
  await writeFile(text, 'This is no disk. '.repeat(100));
  const missing = join(dir, 'missing.raw');
  const second = join(dir, 'second.disk.qcow2');
  await copyFile(disk, second);
  const sent = await bootready(['upload', disk, text, missing, second, '--no-wait', '--json']);
  expect([sent.code, sent.stderr]).toEqual([2, '']);
  const { uploads } = JSON.parse(sent.stdout);
  expect(uploads).toMatchObject([
    { file: disk, name: 'disk', code: 0, image: { name: 'disk' } },
    { file: text, code: 1, refusals: [{ outcome: 'fail' }] },
    { file: missing, code: 2, error: { code: 'invalid-input' } },
    { file: second, code: 0, image: { name: 'second.disk' } },
  ]);
  for (const { image } of [uploads[0], uploads[3]]) {
    expect((await uploaded(image)).equals(await readFile(disk))).toBe(true);
  }
  expect(await stateFiles()).toEqual([]);
  expect(await bootready(['upload', disk, second, '--name', 'both'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--name cannot be used with several files.'),
  });
});

test('an image is set, shared, taken by the other project, and not shared any more', async () => {
  const { id } = await api.createImage({ name: 'to share' });
  const changed = ImageView.parse(
    await json('set', 'to share', '--name', 'given', '--min-ram', '512', '--property', 'a=b=c', '--property', 'x=y'),
  );
  expect(changed).toMatchObject({ id, name: 'given', minRam: 512, minDisk: 0, properties: { a: 'b=c', x: 'y' } });
  expect(ImageView.parse(await json('set', id, '--remove-property', 'a')).properties).toEqual({ x: 'y' });
  expect(await bootready(['set', id])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('No change is given'),
  });

  await createProjectStore(installation.db).ensure({ id: 'other' });
  const { key, hash, hint } = newApiKey();
  await createApiKeyStore(installation.db).create({ projectId: 'other', name: 't', hash, hint, role: 'member' });
  const there = { env: { BOOTREADY_API_KEY: key } };
  expect((await bootready(['accept', id], there)).code).toBe(4);
  expect(await json('share', 'given', 'other')).toMatchObject({ projectId: 'other', status: 'pending' });
  expect(await bootready(['accept', id], there)).toMatchObject({ code: 0, stdout: `${id} is accepted by other.\n` });
  expect((await bootready(['members', id])).stdout).toMatch(/^other +accepted /m);
  expect((await bootready(['unshare', id, 'other'])).code).toBe(0);
  expect(await json('members', id)).toEqual({ members: [] });
  await api.deleteImage(id);
});
test('import lets the installation fetch it, and tells how that went', async () => {
  const bytes = await readFile(disk);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const server = createServer((_asked, answer) => answer.end(bytes));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/disk.qcow2`;
  try {
    const checksum = ['--checksum', `sha256:${sha256}`];
    const taken = await bootready(['import', url, '--name', 'fetched', ...checksum, '--policy', 'warn']);
    expect(taken).toMatchObject({ code: 0, stdout: expect.stringMatching(/^fetched is published\.$/m) });
    const [image] = await imagesNamed('fetched');
    expect(await api.image(image?.id ?? '')).toMatchObject({
      download: { url, status: 'handed-over', received: bytes.length, total: bytes.length },
    });
    expect((await bootready(['show', 'fetched'])).stdout).toContain(url);

    const wrong = ['--checksum', `sha256:${'0'.repeat(64)}`];
    const refused = await bootready(['import', url, '--name', 'other', ...wrong]);
    expect(refused).toMatchObject({
      code: 3,
      stdout: expect.stringContaining(`a different sha256 than the given one: ${sha256}`),
    });
    const nowhere = await bootready(['import', 'http://10.0.0.1/disk', '--name', 'inside']);
    expect(nowhere).toMatchObject({ code: 3, stdout: expect.stringContaining('10.0.0.1 is not a public address.') });
    const begun = ImageDetail.parse(await json('retry', 'inside'));
    expect(begun.status).toBe('importing');
    expect((await bootready(['watch', begun.id])).code).toBe(3);
  } finally {
    server.close();
  }
}, 400_000);

test('an upload that was killed is continued by the same command, which sends only the rest', async () => {
  const file = await noisyDisk(join(dir, 'killed.raw'));
  const args = ['upload', file, '--name', 'killed', '--parallel', '1', '--no-wait'];
  const { child, ended, id } = await heldUpload(2, args);
  child.kill('SIGKILL');
  expect((await ended).signal).toBe('SIGKILL');
  expect(await stateFiles()).toHaveLength(1);

  proxy.onPart = passOn;
  proxy.parts.length = 0;
  const again = await bootready(args.map((arg) => (arg === 'killed' ? 'continued' : arg)));
  expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('Continuing at 40 %.') });
  expect(proxy.parts).toEqual([3, 4, 5]);
  expect(again.stderr).toMatch(/^ {2}80 % {2}32\.0 MiB of 40\.0 MiB/m);
  const image = await api.image(id);
  expect(image.name).toBe('continued');
  expect((await uploaded(image)).equals(await readFile(file))).toBe(true);
  expect(await stateFiles()).toEqual([]);
});

test('Ctrl-C says how to go on and ends with 130', async () => {
  const file = await noisyDisk(join(dir, 'interrupted.raw'));
  const args = ['upload', file, '--name', 'interrupted', '--no-wait'];
  const { child, ended, id } = await heldUpload(1, args);
  child.kill('SIGINT');
  expect(await ended).toMatchObject({ code: 130, stderr: expect.stringContaining('the same command continues') });
  proxy.onPart = passOn;
  proxy.parts.length = 0;
  expect((await bootready(args)).code).toBe(0);
  expect(proxy.parts.toSorted((one, other) => one - other)).toEqual([2, 3, 4, 5]);
  expect((await uploaded(await api.image(id))).equals(await readFile(file))).toBe(true);
});

test('a file that was changed meanwhile is sent anew, and the half of the old one is given up', async () => {
  const file = await noisyDisk(join(dir, 'changed.raw'));
  const args = ['upload', file, '--name', 'changed', '--parallel', '1', '--no-wait'];
  const { child, ended, id } = await heldUpload(2, args);
  child.kill('SIGKILL');
  await ended;
  await appendFile(file, Buffer.alloc(512));

  proxy.onPart = passOn;
  proxy.parts.length = 0;
  const again = await bootready(args);
  expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('changed after its upload started') });
  expect(proxy.parts).toEqual([1, 2, 3, 4, 5, 6]);
  const [image, ...others] = (await imagesNamed('changed')).filter(({ status }) => status !== 'pending_delete');
  expect(others).toEqual([]);
  expect(image?.id).not.toBe(id);
  expect((await uploaded(image as ImageView)).equals(await readFile(file))).toBe(true);
});

test.each([
  ['longer', (file: string) => appendFile(file, 'x'), [1, 2, 3, 4, 5]],
  ['shorter', (file: string) => truncate(file, 30 * MiB), [1, 2, 3]],
])('a file that becomes %s while it is sent does not become an image', async (how, change, parts) => {
  const file = await noisyDisk(join(dir, `${how}.raw`));
  proxy.onPart = async (partNumber, body) => {
    if (partNumber === 3) await change(file);
    return body;
  };
  const ended = await bootready(['upload', file, '--name', how, '--parallel', '1', '--no-wait']);
  expect(ended).toMatchObject({ code: 6, stderr: expect.stringContaining('changed while it was being sent') });
  expect(proxy.parts).toEqual(parts);
  const images = await imagesNamed(how);
  expect(images.map(({ upload, activity }) => [upload.size, activity])).toEqual([[null, null]]);
});

test('parts that are damaged on the way or refused for an old URL are sent again', async () => {
  const file = await noisyDisk(join(dir, 'damaged.raw'));
  const seen = new Map<number, number>();
  proxy.onPart = async (partNumber, body) => {
    seen.set(partNumber, (seen.get(partNumber) ?? 0) + 1);
    if (seen.get(partNumber) !== 1) return body;
    if (partNumber === 4) return 403;
    if (partNumber === 2) body[100] = (body[100] ?? 0) ^ 1;
    return body;
  };
  const image = ImageView.parse(await json('upload', file, '--name', 'damaged', '--no-wait'));
  expect(Object.fromEntries(seen)).toEqual({ 1: 1, 2: 2, 3: 1, 4: 2, 5: 1 });
  expect((await uploaded(image)).equals(await readFile(file))).toBe(true);
});

test('what would be refused is refused before it is sent, with the words of the catalogue', async () => {
  const file = join(dir, 'notes.txt');
  await writeFile(file, 'shopping list '.repeat(1000));
  const args = ['upload', file, '--name', 'refused'];
  const refused = await bootready(args);
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toContain('is refused: Unrecognised disk image');
  expect(refused.stderr.trim().split('\n')).toHaveLength(2);
  const { code, stdout } = await bootready([...args, '--json']);
  expect([code, JSON.parse(stdout)]).toMatchObject([1, { refused: true, findings: [{ code: 'unrecognised' }] }]);
  expect(await imagesNamed('refused')).toEqual([]);
  expect(proxy.parts).toEqual([]);
  const german = await bootready(args, { env: { LANG: 'de_DE.UTF-8' } });
  expect(german.stderr).toContain('Disk-Image nicht erkannt');
  expect((await bootready([...args, '--no-check', '--no-wait'])).code).toBe(0);
  expect(proxy.parts).toEqual([1]);
});

const nobody = '11111111-1111-4111-8111-111111111111';
test.each([
  ['an unknown id', ['show', nobody], {}, 4, /^Image not found\.$/m],
  ['an unknown name', ['watch', 'nobody'], {}, 4, /^There is no image "nobody"\.$/m],
  ['a wrong key', ['list'], { BOOTREADY_API_KEY: 'brk_wrong' }, 5, /^The API key is invalid/m],
  [
    'a server that is down',
    ['list'],
    { BOOTREADY_URL: 'http://127.0.0.1:9' },
    3,
    /^No connection to http:\/\/127\.0\.0\.1:9: /m,
  ],
  ['a file that does not exist', ['upload', '/nowhere', '--name', 'x'], {}, 2, /^\/nowhere does not exist\.$/m],
  ['a wrong option', ['upload', 'x', '--name', 'x', '--parallel', '17'], {}, 2, /whole number from 1 to 16/],
  ['a wrong name', ['upload', 'x', '--name', 'a\u0007b'], {}, 2, /^--name is not valid/m],
])('%s ends with a sentence and a remedy', async (_what, args, env, code, message) => {
  const ended = await bootready(args, { env });
  expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(message) });
  expect(ended.stderr.trim().split('\n')).toHaveLength(2);
  const asJson = await bootready([...args, '--json'], { env });
  expect(JSON.parse(asJson.stderr)).toEqual({
    error: { code: expect.any(String), message: expect.any(String), remedy: expect.any(String) },
  });
});

test('control characters of a name reach neither terminal nor JSON', async () => {
  const { id } = await api.createImage({ name: 'hostile' });
  const name = 'evil\u001b]0;title\u0007\u009b2J\nforged line\u202e';
  await installation.db.updateTable('images').set({ name }).where('id', '=', id).execute();
  for (const args of [['list'], ['show', id], ['list', '--json'], ['show', id, '--json']]) {
    const { code, stdout } = await bootready(args);
    expect(code).toBe(0);
    expect(stdout).toContain('evil');
    expect(stdout).not.toMatch(/[^\P{C}\n]/u);
    expect(stdout).not.toMatch(/^forged/m);
  }
  expect(ImageDetail.parse(await json('show', id)).name).toBe(name);
  expect((await bootready(['delete', name, '--yes'])).stdout).toContain('is deleted.');
});

test('what another project shares is listed, answered and looked at by its name or the beginning of its id', async () => {
  await createProjectStore(installation.db).ensure({ id: 'friends' });
  const { key, hash, hint } = newApiKey();
  await createApiKeyStore(installation.db).create({ projectId: 'friends', name: 'f', hash, hint, role: 'member' });
  const friends = { env: { BOOTREADY_API_KEY: key } };
  const { id } = await api.createImage({ name: 'From demo' });
  expect((await bootready(['list', '--shared'], friends)).stderr).toContain('No other project shares');
  expect((await bootready(['share', 'From demo', 'friends'])).code).toBe(0);
  const listed = await bootready(['list', '--shared'], friends);
  expect(listed.stdout).toMatch(new RegExp(`^From demo .* demo +pending +${id}$`, 'm'));
  expect((await bootready(['list'], friends)).stdout).not.toContain(id);
  const offered = async (...words: string[]) => (await bootready(['complete', '--', ...words], friends)).stdout;
  expect(await offered('accept', 'Fr')).toContain('From demo\t');
  expect(await offered('show', 'Fr')).not.toContain('From demo');
  expect(await bootready(['accept', 'From demo'], friends)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(id),
  });
  expect(await offered('show', 'Fr')).toContain('From demo\t');
  const shown = await bootready(['show', id.slice(0, 8), '--json'], friends);
  expect(JSON.parse(shown.stdout)).toMatchObject({ id, projectId: 'demo', memberStatus: 'accepted' });
  // What only the owner may do is not tried on it.
  const renamed = await bootready(['rename', 'From demo', 'mine'], friends);
  expect(renamed).toMatchObject({ code: 4, stderr: expect.stringContaining('There is no image "From demo".') });
  expect((await bootready(['reject', id.slice(0, 8)], friends)).code).toBe(0);
  expect((await bootready(['list', '--shared'], friends)).stdout).toContain('rejected');
  const unknown = await bootready(['accept', 'nothing'], friends);
  expect(unknown).toMatchObject({ code: 4, stderr: expect.stringContaining('bootready list --shared') });
});

test('a beginning that fits several images is an error that lists them', async () => {
  const twins = await Promise.all(['twin', 'twin'].map((name) => api.createImage({ name })));
  const { code, stderr } = await bootready(['show', 'twin']);
  expect(code).toBe(2);
  for (const { id } of twins) expect(stderr).toContain(id);
});

test('login keeps what it has checked, for this user alone', async () => {
  const file = join(dir, 'config/client.json');
  const env = { BOOTREADY_URL: '', BOOTREADY_API_KEY: '', BOOTREADY_CONFIG: file };
  expect(await bootready(['whoami'], { env })).toMatchObject({ code: 2, stderr: expect.stringContaining('login URL') });
  const wrong = await bootready(['login', installation.apiUrl], { env, input: 'brk_wrong\n' });
  expect(wrong.code).toBe(5);
  await expect(stat(file)).rejects.toThrow();
  const right = await bootready(['login', `${installation.apiUrl}/`], { env, input: `${apiKey}\n` });
  expect(right).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('project demo, role member') });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const { code, stdout } = await bootready(['whoami', '--json'], { env });
  expect([code, Self.parse(JSON.parse(stdout)).projectId]).toEqual([0, project]);
});

test('webhooks are made, listed and deleted', async () => {
  const made = NewWebhook.parse(await json('webhook', 'create', 'https://example.org/hook'));
  expect(made.secret).toMatch(/^whsec_/);
  const listed = (await json('webhook', 'list')) as { webhooks: unknown[] };
  expect(listed.webhooks.map((each) => WebhookView.parse(each).url)).toContain('https://example.org/hook');
  expect(await json('webhook', 'delete', made.id)).toEqual({ id: made.id, deleted: true });
  expect((await bootready(['webhook', 'create', 'ftp://x'])).code).toBe(2);
});

test('cancel stops what works on an image; without that it is a conflict', async () => {
  const { id } = await api.createImage({ name: 'idle' });
  expect(await bootready(['cancel', id])).toMatchObject({
    code: 6,
    stderr: expect.stringMatching(/^Nothing is processing/),
  });
});

test('a client command loads no library of the servers, and its help not even zod', async () => {
  const tracing = `import { registerHooks } from 'node:module';
    registerHooks({ load: (url, context, next) => { process.stderr.write('LOAD ' + url + '\\n'); return next(url, context); } });`;
  const readPackages = async (...args: string[]): Promise<string[]> => {
    const nodeArgs = ['--import', `data:text/javascript,${encodeURIComponent(tracing)}`];
    const { stderr } = await bootready(args, { nodeArgs });
    const loaded = [...stderr.matchAll(/^LOAD (file:.*)$/gm)].map(([, url]) => url ?? '');
    expect(loaded).toContain(pathToFileURL(join(root, 'cli/client/commands.ts')).href);
    const names = loaded.flatMap((url) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []);
    return [...new Set(names)].toSorted();
  };
  expect(await readPackages('list', '--help')).toEqual(['commander']);
  expect(await readPackages('list')).toEqual(['commander', 'openapi-fetch', 'zod']);
  expect(await readPackages('upload', disk, '--name', 'x', '--format', 'wrong')).toEqual(['commander']);
});
