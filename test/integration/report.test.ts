import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDeliveryStore } from '../../adapters/database/delivery-store.ts';
import { createImageStore } from '../../adapters/database/image-store.ts';
import { createApiKeyStore, createProjectStore } from '../../adapters/database/project-store.ts';
import { createRunStore } from '../../adapters/database/run-store.ts';
import type { ImageDetail } from '../../shared/contracts/api.ts';
import type { Report } from '../../shared/contracts/run.ts';
import { readSigningKey } from '../../shared/provenance/keys.ts';
import type { Statement } from '../../shared/provenance/statement.ts';
import { buildSbom, type Sbom } from '../../shared/sbom/cyclonedx.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import { attest } from '../../workers/activities/attest.ts';
import { keepSbom } from '../../workers/activities/sbom.ts';
import { type Installation, startInstallation } from '../support/installation.ts';
import { runCli } from '../support/run-cli.ts';
import { makePublication, someDisk, someReport, toNames, uploadedImage } from '../support/samples.ts';

/** The report and the provenance of a published image, as the API and the command line give them. */

const bytes = Buffer.from('a disk');
let installation: Installation;
let dir: string;
let key: string;
let report: Report;
let bill: Sbom | undefined;
let converted: ReturnType<typeof someDisk>;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'report-'));
  installation = await startInstallation({ roles: [] });
  const { db, s3, env } = installation;
  const [project] = await createProjectStore(db).all();
  if (!project) throw new Error('there is no project');
  const made = newApiKey();
  key = made.key;
  await createApiKeyStore(db).create({ projectId: project.id, name: 'reader', ...made, role: 'reader' });
  const { run } = await uploadedImage(db, project);
  const names = toNames(run);
  const runs = createRunStore(db);
  const { fence } = await runs.beginAttempt(names, 'worker');

  converted = someDisk({ format: 'raw', size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });
  report = someReport(names, 'publish-with-warnings', {
    converted,
    guest: { osName: 'Debian <12>', osDistro: 'debian', osVersion: '12', packageFormat: 'deb' },
    findings: [
      { code: 'cloud-init-installed', step: 'inspect', outcome: 'pass', params: {} },
      { code: 'ssh-server', step: 'inspect', outcome: 'warn', params: {} },
    ],
    tools: { 'qemu-img': '7.2' },
  });
  const keep = async (name: string, type: string, body: Buffer) => {
    const where = { bucket: 'images', key: `${project.id}/${names.imageId}/evidence/${names.runId}/${name}` };
    await s3.putObject(where.bucket, where.key, body, body.length, { 'content-type': type });
    return where;
  };
  const { guest = {} } = report;
  const cloudInit = { name: 'cloud-init', epoch: 0, version: '22.4.2', release: '1+deb12u3', arch: 'all' };
  bill = buildSbom([cloudInit], guest, { sha256: converted.sha256, madeAt: new Date() });
  if (bill) report = { ...report, sbom: await keepSbom(keep, bill) };
  await runs.saveReport({ runId: run.id, fence }, report);
  await attest(readSigningKey(env.PROVENANCE_KEY ?? ''), keep, { report, converted, policy: 'enforce' });
  await runs.publish(
    { ...names, fence },
    { ...makePublication(names, converted), properties: { os_distro: 'debian' } },
  );
  await writeFile(join(dir, 'disk.raw'), bytes);
});
afterAll(async () => {
  await installation?.close();
  await rm(dir, { recursive: true, force: true });
});

function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${installation.apiUrl}/v1${path}`, { headers: { authorization: `Bearer ${key}`, ...headers } });
}
function cli(...args: string[]) {
  return runCli(args, { env: { BOOTREADY_URL: installation.apiUrl, BOOTREADY_API_KEY: key } });
}

test('the report is what the published schema says', async () => {
  const schema = (await (await get('/schemas/report.v1.json')).json()) as object;
  const answer = await (await get(`/images/${report.imageId}/runs/1/report`)).json();
  expect(answer).toEqual(report);
  const valid = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);
  expect(valid(answer)).toBe(true);
  expect(valid({ ...report, verdict: 'perhaps' })).toBe(false);
});

test('by Accept and language it is a page or a text', async () => {
  const page = await get(`/images/${report.imageId}/runs/1/report`, { accept: 'text/html', 'accept-language': 'de' });
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  const html = await page.text();
  expect(html).toContain('Debian &lt;12&gt;');
  expect(html).toContain('Es ist kein SSH-Server installiert');
  const text = await (await get(`/images/${report.imageId}/runs/1/report?as=text&lang=en`)).text();
  expect(text).toContain('No SSH server is installed');
  expect(text).toContain('apt-get install openssh-server');
  expect((await get(`/images/${report.imageId}/runs/2/report`)).status).toBe(404);
  const printed = await cli('report', report.imageId);
  expect([printed.code, printed.stdout]).toEqual([0, text]);
});

test('what is published is verified offline, with what the installation gives out', async () => {
  const [provenance, keys, disk] = [join(dir, 'provenance.json'), join(dir, 'keys.pem'), join(dir, 'disk.raw')];
  expect((await cli('provenance', 'show', report.imageId, '-o', provenance)).code).toBe(0);
  const shown = await cli('provenance', 'keys');
  await writeFile(keys, shown.stdout);
  const verify = (file: string, ...more: string[]) =>
    runCli(['verify', file, '--provenance', provenance, '--key', keys, ...more]);
  const good = await verify(disk);
  expect([good.code, good.stdout]).toEqual([0, expect.stringContaining('is the published image')]);
  expect(good.stdout).toContain('publish-with-warnings: 1 check passed, 1 warning, 0 unknown');

  await writeFile(join(dir, 'other.raw'), 'another disk');
  const bad = await verify(join(dir, 'other.raw'));
  expect([bad.code, bad.stdout]).toEqual([1, '']);
  expect(bad.stderr).toContain('not the published one');
  const other = join(dir, 'other.pem');
  expect((await runCli(['signing-key', join(dir, 'key.pem')])).code).toBe(0);
  await writeFile(other, (await runCli(['signing-key', join(dir, 'key2.pem')])).stdout);
  const foreign = await runCli(['verify', disk, '--provenance', provenance, '--key', other]);
  expect([foreign.code, foreign.stderr]).toEqual([1, expect.stringContaining('signature')]);
  // A key is never overwritten.
  const before = await readFile(join(dir, 'key.pem'), 'utf8');
  expect((await runCli(['signing-key', join(dir, 'key.pem')])).code).toBe(6);
  expect(await readFile(join(dir, 'key.pem'), 'utf8')).toBe(before);
});

test('what is installed is given as a bill of materials, which the provenance names by its hash', async () => {
  const answer = await get(`/images/${report.imageId}/runs/1/evidence/sbom.cdx.json`);
  expect(answer.headers.get('content-type')).toBe('application/vnd.cyclonedx+json; version=1.6');
  const text = await answer.text();
  expect(JSON.parse(text)).toEqual(bill);
  expect(text).toContain('pkg:deb/debian/cloud-init@22.4.2-1%2Bdeb12u3?arch=all&distro=debian-12');
  const file = join(dir, 'bill.json');
  const told = await cli('sbom', report.imageId, '-o', file);
  expect([told.code, told.stderr]).toEqual([0, expect.stringContaining('with 1 packages')]);
  expect(await readFile(file, 'utf8')).toBe(text);
  const [shown, provenance] = [await cli('sbom', report.imageId), await cli('provenance', 'show', report.imageId)];
  expect(shown.stdout).toBe(text);
  const { payload } = JSON.parse(provenance.stdout) as { payload: string };
  const statement = JSON.parse(Buffer.from(payload, 'base64').toString()) as Statement;
  expect(statement.predicate.runDetails.byproducts).toContainEqual({
    name: 'sbom.cdx.json',
    mediaType: 'application/vnd.cyclonedx+json; version=1.6',
    digest: { sha256: createHash('sha256').update(text).digest('hex') },
    annotations: { packages: 1 },
  });
  // This run was not started: there is no other evidence.
  expect((await get(`/images/${report.imageId}/runs/1/evidence/serial.log`)).status).toBe(404);
});

test('what was found is among the properties of the image', async () => {
  const image = (await (await get(`/images/${report.imageId}`)).json()) as { properties: object };
  expect(image.properties).toEqual({ os_distro: 'debian' });
});

test('of an image of another project one is told what it is, and not how it came to be', async () => {
  const { db, apiUrl } = installation;
  const { imageId } = report;
  await createProjectStore(db).ensure({ id: 'guest' });
  const theirs = newApiKey();
  await createApiKeyStore(db).create({ projectId: 'guest', name: 'reader', ...theirs, role: 'reader' });
  const asGuest = (path: string): Promise<Response> =>
    fetch(`${apiUrl}/v1/images/${imageId}${path}`, { headers: { authorization: `Bearer ${theirs.key}` } });
  expect((await asGuest('')).status).toBe(404);

  await createImageStore(db).addMember(imageId, 'guest');
  await db
    .insertInto('downloads')
    .values({ image_id: imageId, url: 'https://example.org/disk.raw', checksum: null })
    .execute();
  await createDeliveryStore(db).order(imageId, 'vault');
  // It was tried once more, and that came to nothing.
  const [published] = await db.selectFrom('runs').selectAll().where('image_id', '=', imageId).execute();
  if (!published) throw new Error('there is no run');
  const failed = { id: randomUUID(), number: 2, status: 'failed', workflow_id: 'second', worker: 'worker' } as const;
  const asRow = (value: unknown) => JSON.stringify(value) as never;
  const json = { failure: asRow(published.failure), report: asRow(published.report) };
  // Those two columns are made of the report.
  const { verdict: _verdict, guest: _guest, ...row } = published;
  await db
    .insertInto('runs')
    .values({ ...row, ...json, ...failed })
    .execute();

  const own = (await (await get(`/images/${imageId}`)).json()) as ImageDetail;
  expect(own.runs.map(({ number, worker }) => [number, worker])).toEqual([
    [2, 'worker'],
    [1, 'worker'],
  ]);
  expect([own.download?.url, own.deliveries.length]).toEqual(['https://example.org/disk.raw', 1]);

  const answer = await asGuest('');
  expect(answer.status).toBe(200);
  const seen = (await answer.json()) as ImageDetail;
  expect(seen).toMatchObject({ id: imageId, download: null, repair: null, deliveries: [], published: own.published });
  const [, first] = own.runs;
  const upload = { ...first?.report?.upload, bucket: null, key: null, etag: null };
  expect(seen.runs).toEqual([{ ...first, worker: null, report: { ...first?.report, upload } }]);
  expect((await asGuest('/runs/1/report')).status).toBe(200);
  expect((await asGuest('/runs/1/evidence/sbom.cdx.json')).status).toBe(200);
  expect((await asGuest('/runs/2/report')).status).toBe(404);
  expect((await asGuest('/runs/2/evidence/sbom.cdx.json')).status).toBe(404);
  expect((await get(`/images/${imageId}/runs/2/report`)).status).toBe(200);
});
