import { execFileSync } from 'node:child_process';
import { constants, copyFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiKeyStore } from '../../adapters/database/project-store.ts';
import type { ImageDetail } from '../../shared/contracts/api.ts';
import { cleanForCloning } from '../../shared/remedies/clean-for-cloning.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import { editDisk } from '../images/edit.ts';
import { eventually } from '../support/eventually.ts';
import { guestImages } from '../support/guest-images.ts';
import { type Installation, project, startInstallation } from '../support/installation.ts';

/** The whole way of a repair through an installation: an image, the order, the workflow, and the new image's own run. */

let installation: Installation;
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'repair-way-'));
  // No notification tells of the mended disk: the sweep does.
  installation = await startInstallation({ events: false, env: { SWEEP_SECONDS: '5' } });
});
afterAll(async () => {
  await installation?.close();
  await rm(dir, { recursive: true, force: true });
});

test('an image with an identity of its own becomes one without, and stays what it was', async () => {
  const { db, apiUrl } = installation;
  const { key, hash, hint } = newApiKey();
  await createApiKeyStore(db).create({ projectId: project, name: 'member', hash, hint, role: 'member' });
  const call = async (method: string, path: string, body?: object): Promise<ImageDetail> => {
    const headers = { authorization: `Bearer ${key}`, ...(body ? { 'content-type': 'application/json' } : {}) };
    const answer = await fetch(apiUrl + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()) as ImageDetail;
  };

  const disk = join(dir, 'used.raw');
  const packed = join(dir, 'used.qcow2');
  copyFileSync((await guestImages()).good, disk, constants.COPYFILE_FICLONE);
  editDisk(disk, [{ write: '/etc/machine-id', text: 'b08dfa6083e7567a1921a715000001fb\n' }]);
  execFileSync('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', disk, packed]);
  await installation.upload('old', packed);
  const old = await installation.ended('old');
  expect(old).toMatchObject({ imageStatus: 'active' });
  // A run has ended a moment before its last step is noted as done.
  const before = await eventually(
    async () => {
      const image = await call('GET', `/v1/images/${old.imageId}`);
      const areNoted = image.runs[0]?.steps.every(({ finishedAt }) => finishedAt);
      return areNoted && image.activity?.percent === 100 && image;
    },
    { within: 30, what: 'the steps of the first run have ended' },
  );

  const { id } = await call('POST', `/v1/images/${old.imageId}/repairs`, {});
  const made = await eventually(
    async () => {
      const image = await call('GET', `/v1/images/${id}`);
      return (image.status === 'active' || image.status === 'killed') && image;
    },
    { within: 600, what: 'the new image is done', every: 1000 },
  );
  expect(made).toMatchObject({
    status: 'active',
    name: `${before.name} (repaired)`,
    repair: { parentId: old.imageId, status: 'handed-over', remedies: ['clean-for-cloning'], failure: null },
    runs: [{ status: 'published' }],
  });
  expect(made.repair?.changes[0]?.changes).toContain('emptied /etc/machine-id');
  const untidy = ({ runs }: ImageDetail) =>
    runs[0]?.findings
      .filter(({ code, outcome }) => cleanForCloning.answers.includes(code) && outcome !== 'pass')
      .map(({ code }) => code);
  expect(untidy(before)).toContain('clone-machine-id');
  expect(untidy(made)).toEqual([]);
  expect(await call('GET', `/v1/images/${old.imageId}`)).toEqual(before);
});
