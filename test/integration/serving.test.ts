import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDeliveryStore } from '../../adapters/database/delivery-store.ts';
import { createImageStore } from '../../adapters/database/image-store.ts';
import { createApiKeyStore, createProjectStore } from '../../adapters/database/project-store.ts';
import { createRunStore } from '../../adapters/database/run-store.ts';
import { isBootreadyError } from '../../shared/errors.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import { type Installation, startInstallation } from '../support/installation.ts';
import { type RunNames, someReport } from '../support/samples.ts';

/**
 * Nothing is served, shared or delivered whose bytes no run has admitted, in whatever order things happen: the API over HTTP, as users have it,
 * and the stores, as workers have them. No worker runs.
 */

let installation: Installation;
const keys = { owner: '', member: '', stranger: '' };
beforeAll(async () => {
  installation = await startInstallation({ roles: [] });
  const { db } = installation;
  for (const [who, projectId] of [
    ['owner', 'demo'],
    ['member', 'friends'],
    ['stranger', 'strangers'],
  ] as const) {
    await createProjectStore(db).ensure({ id: projectId });
    const { key, hash, hint } = newApiKey();
    keys[who] = key;
    await createApiKeyStore(db).create({ projectId, name: who, hash, hint, role: 'member' });
  }
}, 120_000);
afterAll(() => installation?.close());

type Who = keyof typeof keys;
async function call(who: Who, method: string, path: string, body?: unknown, type = 'application/json') {
  const answer = await fetch(`${installation.apiUrl}/image/v2${path}`, {
    method,
    headers: { 'x-auth-token': keys[who], ...(body === undefined ? {} : { 'content-type': type }) },
    ...(body === undefined ? {} : { body: body instanceof Buffer ? new Uint8Array(body) : JSON.stringify(body) }),
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  return { status: answer.status, bytes };
}

/** What a step of the order does; `which` chooses among all attempts that there were, the overtaken ones too. */
const which = fc.nat(5);
const step = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom('put', 'share', 'publicise', 'deliver', 'kill').map((act) => ({ act })) },
  { weight: 2, arbitrary: fc.constantFrom('cancel', 'fail', 'refuse', 'retry').map((act) => ({ act })) },
  { weight: 1, arbitrary: fc.constantFrom('deactivate', 'reactivate').map((act) => ({ act })) },
  { weight: 3, arbitrary: fc.record({ act: fc.constantFrom('begin', 'admit', 'approve'), which }) },
  { weight: 2, arbitrary: fc.constantFrom('pass', 'pass and approve').map((act) => ({ act })) },
);
type Step = { act: string; which?: number };

/** One image, and what is known of it from the outside. */
async function begin() {
  const { db } = installation;
  const [images, runs, deliveries] = [createImageStore(db), createRunStore(db), createDeliveryStore(db)];
  const made = await fetch(`${installation.apiUrl}/image/v2/images`, {
    method: 'POST',
    headers: { 'x-auth-token': keys.owner, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'x', disk_format: 'raw', container_format: 'bare' }),
  });
  const { id } = (await made.json()) as { id: string };
  const bytes = randomBytes(1000);
  const attempts: { names: RunNames; fence: number }[] = [];
  /** Its bytes were found safe, by a run that was the newest and still open. */
  let isAdmitted = false;
  let deleted = false;
  const seen = { served: 0, refused: 0 };

  const newest = async (): Promise<RunNames | undefined> => {
    const [run] = await images.runs(id);
    return run && { imageId: id, runId: run.id };
  };
  /** What the stores refuse is an order that cannot be: nothing happens. */
  const tried = async (work: () => Promise<unknown>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      if (isBootreadyError(error)) return false;
      throw error;
    }
  };
  const findAttempt = (index = 0) => attempts[attempts.length - 1 - (index % Math.max(1, attempts.length))];
  const end = async (status: 'cancelled' | 'failed' | 'rejected') => {
    const run = await newest();
    if (!run) return;
    if (status === 'cancelled') return runs.finish(run, { status });
    if (status === 'failed') return runs.finish(run, { status, failure: { code: 'internal', message: 'No.' } });
    const findings = [{ code: 'qemu-disagrees', step: 'admit', outcome: 'fail', params: { detail: 'd' } }] as const;
    return runs.finish(run, { status, report: someReport(run, 'reject', { findings: [...findings] }) });
  };

  const acts: Record<string, (step: Step) => Promise<unknown>> = {
    put: () => call('owner', 'PUT', `/images/${id}/file`, bytes, 'application/octet-stream'),
    share: () => call('owner', 'POST', `/images/${id}/members`, { member: 'friends' }),
    publicise: () =>
      call(
        'owner',
        'PATCH',
        `/images/${id}`,
        [{ op: 'replace', path: '/visibility', value: 'community' }],
        'application/openstack-images-v2.1-json-patch',
      ),
    deactivate: () => call('owner', 'POST', `/images/${id}/actions/deactivate`),
    reactivate: () => call('owner', 'POST', `/images/${id}/actions/reactivate`),
    deliver: () => tried(() => deliveries.order(id, `target-${attempts.length}`)),
    begin: async () => {
      const names = await newest();
      if (names) await tried(async () => attempts.push({ names, ...(await runs.beginAttempt(names, 'worker')) }));
    },
    // Of the attempt nothing more is heard, and the next one begins.
    kill: () => acts.begin?.({ act: 'begin' }) ?? Promise.resolve(),
    admit: async ({ which: index }) => {
      const attempt = findAttempt(index);
      if (!attempt) return;
      const serve = (index ?? 0) % 2 === 0 ? 'now' : 'after the verdict';
      if (await tried(() => runs.admitted({ ...attempt.names, fence: attempt.fence }, serve))) {
        // Only the newest attempt of an open run may say so.
        expect(attempt).toBe(attempts.at(-1));
        expect(attempt.names).toEqual(await newest());
        isAdmitted = true;
      }
    },
    approve: async ({ which: index }) => {
      const attempt = findAttempt(index);
      if (attempt) await tried(() => runs.approve({ ...attempt.names, fence: attempt.fence }, ['somewhere']));
    },
    pass: async () => {
      await acts.begin?.({ act: 'begin' });
      await acts.admit?.({ act: 'admit', which: 0 });
    },
    'pass and approve': async () => {
      await acts.begin?.({ act: 'begin' });
      await acts.admit?.({ act: 'admit', which: attempts.length });
      await acts.approve?.({ act: 'approve', which: 0 });
    },
    cancel: () => end('cancelled'),
    fail: () => end('failed'),
    refuse: () => end('rejected'),
    retry: async () => {
      if (await tried(() => images.newRun(id))) isAdmitted = false;
    },
    delete: async () => {
      deleted = (await call('owner', 'DELETE', `/images/${id}`)).status === 204;
    },
  };

  const look = async (): Promise<void> => {
    const downloads = await Promise.all(
      (['owner', 'member', 'stranger'] as const).map((who) => call(who, 'GET', `/images/${id}/file`)),
    );
    const row = await db.selectFrom('images').where('id', '=', id).selectAll().executeTakeFirstOrThrow();
    const delivered = await deliveries.ofImage(id);
    const isServed = downloads.some(({ status }) => status === 200);
    if (!isAdmitted || deleted) {
      expect(downloads.filter(({ status }) => status === 200)).toEqual([]);
      expect(downloads.map((each) => each.bytes).filter((each) => each.includes(bytes))).toEqual([]);
    }
    if (!isAdmitted) {
      expect(['active', 'deactivated']).not.toContain(row.status);
      expect(await images.publication(id)).toBeUndefined();
      expect(delivered).toEqual([]);
    }
    // It is no wall that lets nothing through.
    if (row.status === 'active') expect(downloads[0]?.bytes.equals(bytes)).toBe(true);
    seen[isServed ? 'served' : 'refused']++;
  };

  return {
    seen,
    take: async (each: Step): Promise<void> => {
      await acts[each.act]?.(each);
      await look();
    },
  };
}

test('no order of what may happen to an image serves, shares or delivers bytes that no run has admitted', async () => {
  const totals = { served: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 16 }), fc.boolean(), async (steps, isDeleted) => {
      const image = await begin();
      for (const each of [{ act: 'share' }, { act: 'put' }, ...steps]) await image.take(each);
      if (isDeleted) await image.take({ act: 'delete' });
      totals.served += image.seen.served;
      totals.refused += image.seen.refused;
    }),
    { numRuns: 40, interruptAfterTimeLimit: 120_000 },
  );
  // Both happen, and not once only.
  expect(totals.served).toBeGreaterThan(20);
  expect(totals.refused).toBeGreaterThan(50);
}, 240_000);

test('what the review did: sent under "warn", cancelled, made public, and never served', async () => {
  const image = await begin();
  for (const act of [
    'publicise',
    'put',
    'begin',
    'cancel',
    'share',
    'deliver',
    'deactivate',
    'reactivate',
    'approve',
  ]) {
    await image.take({ act });
  }
  expect(image.seen.served).toBe(0);
  // A new run makes it good.
  for (const act of ['retry', 'begin', 'admit']) await image.take({ act });
  expect(image.seen.served).toBe(1);
});

test('what one run has found is nothing to the next, which may know better', async () => {
  const image = await begin();
  for (const each of ['put', 'begin', { act: 'admit', which: 1 }, 'cancel', 'retry', 'begin', 'approve']) {
    await image.take(typeof each === 'string' ? { act: each } : each);
  }
  expect(image.seen.served).toBe(0);
  await image.take({ act: 'pass and approve' });
  expect(image.seen.served).toBe(1);
});
