import Fastify from 'fastify';
import type { Insertable } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKeyStore, createProjectStore } from '../../adapters/database/project-store.ts';
import type { RunTable } from '../../adapters/database/schema.ts';
import type { ApiDeps } from '../../api/deps.ts';
import { glanceRoutes } from '../../api/openstack/glance/routes.ts';
import type { ImageDetail } from '../../shared/contracts/api.ts';
import type { Visibility } from '../../shared/contracts/image.ts';
import type { Verdict } from '../../shared/contracts/run.ts';
import {
  type Audience,
  glanceFields,
  type ImageViewer,
  imageFields,
  imageViewers,
  mayBeShown,
  publishedFields,
  reportUploadFields,
  runFields,
  stepFields,
  uploadFields,
} from '../../shared/images/image-fields.ts';
import type { Role } from '../../shared/ports/projects.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import { type Installation, startInstallation } from '../support/installation.ts';
import { someReport } from '../support/samples.ts';

/**
 * The table of fields by viewer (shared/images/image-fields.ts), asked of every route that tells of an image, in both APIs. Every field that the table hides holds a mark of its
 * own, which is searched for in all answers.
 */

let installation: Installation;
const keys = {} as Record<ImageViewer, string>;

/** What other projects never see, by the field it stands in. */
const marks = {
  uploadKey: 'mark-upload-key',
  worker: 'mark-worker',
  message: 'mark-message',
  failure: 'mark-failure',
  download: 'mark-download',
  location: 'mark-location',
  etag: 'mark-etag',
  failedFinding: 'virtio-block-initramfs',
} as const;

type Sample = { id: string; visibility: Visibility; isPublished: boolean };
const samples: Sample[] = [];

async function makeSample(visibility: Visibility, isPublished: boolean): Promise<void> {
  const { db } = installation;
  const family = visibility === 'public' && isPublished ? 'offered' : null;
  const { id } = await db
    .insertInto('images')
    .values({
      project_id: 'demo',
      name: `${visibility} ${isPublished}`,
      visibility,
      family,
      status: isPublished ? 'active' : 'killed',
      settings: '{}',
      properties: '{"os_distro":"debian"}',
      upload_bucket: 'uploads',
      upload_key: `demo/${marks.uploadKey}-${visibility}-${isPublished}`,
      upload_size: 7,
      upload_etag: marks.etag,
      ...(isPublished ? { disk_format: 'qcow2', size: 7, sha256: '0'.repeat(64) } : {}),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  samples.push({ id, visibility, isPublished });
  if (visibility === 'shared') {
    await db.insertInto('image_members').values({ image_id: id, member_id: 'member', status: 'accepted' }).execute();
  }
  const runs: Pick<Insertable<RunTable>, 'number' | 'status'>[] = [
    { number: 1, status: 'failed' },
    { number: 2, status: isPublished ? 'published' : 'rejected' },
  ];
  for (const { number, status } of runs) {
    const verdict: Verdict = status === 'published' ? 'publish' : 'reject';
    const { id: runId } = await db
      .insertInto('runs')
      .values({
        image_id: id,
        number,
        status,
        workflow_id: `image-${id}-run-${number}`,
        worker: marks.worker,
        finished_at: new Date(),
        report: null,
        failure: status === 'failed' ? (JSON.stringify({ code: 'internal', message: marks.failure }) as never) : null,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    const finding = { code: marks.failedFinding, step: 'inspect', outcome: 'fail', params: {} } as const;
    const report = someReport({ imageId: id, runId }, verdict, {
      upload: { bucket: 'uploads', key: marks.uploadKey, etag: marks.etag, size: 7 },
      guest: { osType: 'linux', osDistro: 'debian' },
      findings: status === 'published' ? [{ ...finding, outcome: 'pass' }] : [finding],
    });
    if (status !== 'failed') {
      await db
        .updateTable('runs')
        .set({ report: JSON.stringify(report) as never })
        .where('id', '=', runId)
        .execute();
    }
    await db
      .insertInto('run_steps')
      .values({
        run_id: runId,
        step: 'inspect',
        status: 'done',
        attempts: 2,
        percent: 100,
        worker: marks.worker,
        message: marks.message,
      } as never)
      .execute();
    if (status === 'published') {
      await db
        .insertInto('publications')
        .values({
          image_id: id,
          run_id: runId,
          fence: 1,
          bucket: 'images',
          key: `demo/${id}`,
          format: 'qcow2',
          size: 7,
          sha256: '0'.repeat(64),
        })
        .execute();
    }
  }
  await db
    .insertInto('downloads')
    .values({
      image_id: id,
      url: `https://example.org/${marks.download}`,
      status: 'failed',
      request_id: 'req-import',
    } as never)
    .execute();
  await db
    .insertInto('deliveries')
    .values({ image_id: id, target: 'cloud', status: 'done', location: marks.location } as never)
    .execute();
}

beforeAll(async () => {
  installation = await startInstallation({ roles: [] });
  const { db } = installation;
  const projects: Record<ImageViewer, [string, Role]> = {
    owner: ['demo', 'reader'],
    administrator: ['operators', 'admin'],
    member: ['member', 'member'],
    other: ['other', 'member'],
  };
  for (const viewer of imageViewers) {
    const [projectId, role] = projects[viewer];
    await createProjectStore(db).ensure({ id: projectId });
    const { key, hash, hint } = newApiKey();
    await createApiKeyStore(db).create({ projectId, name: viewer, hash, hint, role });
    keys[viewer] = key;
  }
  for (const visibility of ['shared', 'community', 'public'] as const) {
    for (const isPublished of [true, false]) await makeSample(visibility, isPublished);
  }
});
afterAll(() => installation?.close());

function ask(viewer: ImageViewer, path: string): Promise<Response> {
  return fetch(installation.apiUrl + path, { headers: { 'x-auth-token': keys[viewer] } });
}

/** Of a stream, the first event. */
async function toText(response: Response): Promise<string> {
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return response.text();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString();
    if (text.includes('\n\n')) break;
  }
  return text;
}

/** Every GET of both APIs, as they say themselves, and the lists with what they may be asked for. */
async function allReads(): Promise<string[]> {
  const document = (await (await ask('owner', '/openapi.json')).json()) as { paths: Record<string, object> };
  const ours = Object.entries(document.paths).flatMap(([path, methods]) => ('get' in methods ? [path] : []));
  const glance: string[] = [];
  const app = Fastify();
  app.addHook('onRoute', ({ method, url, config }) => {
    if ([method].flat().includes('GET') && /^\/v2\/images/.test(url) && !config?.isRefusal) glance.push(`/image${url}`);
  });
  await app.register(glanceRoutes({} as ApiDeps, {} as never));
  await app.close();
  const lists = ['?shared=all', '?owner=platform', '?search=public%20true', '?search=shared%20true&shared=all'];
  return [
    ...ours,
    ...lists.map((query) => `/v1/images${query}`),
    '/v1/images/{id}/runs/2/report?as=text',
    '/v1/images/{id}/runs/2/report?as=html',
    ...glance,
    ...['shared', 'community', 'public', 'all'].map((each) => `/image/v2/images?visibility=${each}&member_status=all`),
  ];
}
function pathFor(path: string, id: string): string {
  return path
    .replace(/\{id\}|:id/, id)
    .replace('{run}', '1')
    .replace('{name}', 'serial.log')
    .replace('{family}', 'offered')
    .replace(':member', 'member');
}

function mayUse(viewer: ImageViewer, { visibility }: Sample): boolean {
  return viewer !== 'other' || visibility !== 'shared';
}
/** A member project is any other project to what is not shared. */
function chooseSeat(viewer: ImageViewer, { visibility }: Sample): ImageViewer {
  return viewer === 'member' && visibility !== 'shared' ? 'other' : viewer;
}

describe('what others see of an image', () => {
  test('no mark of what only its owner sees stands in any answer to another project', async () => {
    const reads = await allReads();
    expect(reads.length).toBeGreaterThan(30);
    const seen = { owner: new Set<string>(), administrator: new Set<string>() };
    for (const [index, { id }] of samples.entries()) {
      // What tells of no image in particular is asked once.
      for (const read of reads.filter((each) => index === 0 || /\{id\}|:id/.test(each))) {
        const path = pathFor(read, id);
        for (const viewer of imageViewers) {
          const text = await toText(await ask(viewer, path));
          for (const mark of Object.values(marks)) {
            const shown = text.includes(mark);
            if (viewer === 'owner' || viewer === 'administrator') shown && seen[viewer].add(mark);
            // The published run has looked for the same, and found it in order.
            else if (mark !== marks.failedFinding)
              expect([viewer, path, mark, shown]).toEqual([viewer, path, mark, false]);
          }
        }
      }
    }
    // Else this would say nothing.
    const all = Object.values(marks).sort();
    expect([[...seen.owner].sort(), [...seen.administrator].sort()]).toEqual([all, all]);
  });

  test.each(imageViewers)(
    'each field of v1 is shown to the %s as the table says, in lists, alone and in streams',
    async (viewer) => {
      let looked = 0;
      for (const sample of samples.filter((each) => mayUse(viewer, each))) {
        const { id, isPublished } = sample;
        const whole = (await (await ask('administrator', `/v1/images/${id}`)).json()) as ImageDetail;
        const alone = (await (await ask(viewer, `/v1/images/${id}`)).json()) as ImageDetail;
        const streamed = await toText(await ask(viewer, `/v1/images/${id}/stream`));
        expect(JSON.parse(/^data: (.*)$/m.exec(streamed)?.[1] ?? '')).toEqual(alone);
        const seat = chooseSeat(viewer, sample);

        const compare = (fields: Readonly<Record<string, Audience>>, shown: object, all: object, of = true): void => {
          for (const [name, audience] of Object.entries(fields)) {
            const has = (shown as Record<string, unknown>)[name];
            const real = (all as Record<string, unknown>)[name];
            if (!mayBeShown(audience, seat, of)) {
              expect([name, has === undefined || has === null || (Array.isArray(has) && has.length === 0)]).toEqual([
                name,
                true,
              ]);
            } else if (!nested.has(name)) expect([name, has]).toEqual([name, audience === 'member' ? has : real]);
            looked++;
          }
        };
        compare(imageFields, alone, whole, isPublished);
        compare(uploadFields, alone.upload, whole.upload);
        if (isPublished) compare(publishedFields, alone.published as object, whole.published as object);
        const runs = whole.runs.filter(({ status }) => mayBeShown(imageFields.runs, seat, status === 'published'));
        expect(alone.runs.map((run) => run.id)).toEqual(runs.map((run) => run.id));
        for (const [index, run] of runs.entries()) {
          const mine = alone.runs[index] as (typeof runs)[number];
          compare(runFields, mine, run);
          compare(stepFields, mine.steps[0] as object, run.steps[0] as object);
          if (run.report) compare(reportUploadFields, mine.report?.upload as object, run.report.upload);
          const report = await (await ask(viewer, `/v1/images/${id}/runs/${run.number}/report?as=json`)).json();
          if (run.report) expect(report).toEqual(mine.report);
        }
        const lists = ['/v1/images', '/v1/images?shared=all', '/v1/images?owner=platform', '/v1/families'];
        for (const list of lists) {
          const body = (await (await ask(viewer, list)).json()) as Lists;
          const found = [...(body.images ?? []), ...(body.families ?? []).map(({ latest }) => latest)];
          for (const image of found.filter((each) => each.id === id)) {
            for (const [name, value] of Object.entries(image)) {
              expect([list, name, value]).toEqual([list, name, alone[name as keyof ImageDetail]]);
            }
          }
        }
      }
      expect(looked).toBeGreaterThan(100);
    },
  );

  test.each(imageViewers)('v2 shows the %s what bootready adds as the table says', async (viewer) => {
    for (const sample of samples.filter((each) => mayUse(viewer, each))) {
      const { id, isPublished } = sample;
      const seat = chooseSeat(viewer, sample);
      const image = (await (await ask(viewer, `/image/v2/images/${id}`)).json()) as Record<string, unknown>;
      expect(image).toMatchObject({ id, os_distro: 'debian', owner: 'demo' });
      const facts = Object.keys(image).filter((name) => name.startsWith('os_glance_bootready_'));
      const isShown = mayBeShown(glanceFields.facts, seat, isPublished);
      expect([viewer, sample, facts.length > 0]).toEqual([viewer, sample, isShown]);
      expect('os_glance_bootready_problems' in image).toBe(isShown && !isPublished);
      const { tasks } = (await (await ask(viewer, `/image/v2/images/${id}/tasks`)).json()) as { tasks: unknown[] };
      expect([viewer, tasks.length > 0]).toEqual([viewer, mayBeShown(glanceFields.tasks, seat)]);
    }
  });

  test('a shared image is not there for who it is not shared with', async () => {
    const shared = samples.find(({ visibility }) => visibility === 'shared');
    for (const path of [`/v1/images/${shared?.id}`, `/image/v2/images/${shared?.id}`]) {
      expect((await ask('other', path)).status).toBe(404);
    }
  });
});

/** Compared by tables of their own. */
const nested = new Set(['upload', 'runs', 'steps', 'report']);
type Lists = { images?: ImageDetail[]; families?: { latest: ImageDetail }[] };
