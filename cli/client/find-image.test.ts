import { expect, test } from 'vitest';
import type { ImageView } from '../../shared/contracts/api.ts';
import { findImageId } from './find-image.ts';

function image(id: string, name: string): ImageView {
  return {
    id,
    name,
    projectId: 'demo',
    status: 'queued',
    settings: {},
    diskFormat: null,
    size: null,
    virtualSize: null,
    sha256: null,
    properties: {},
    visibility: 'shared',
    minRam: 0,
    minDisk: 0,
    protected: false,
    tags: [],
    activity: null,
    order: null,
    guest: null,
    createdAt: '2026-01-01T00:00:00Z',
    updatedAt: '2026-01-01T00:00:00Z',
    upload: { bucket: 'uploads', key: id, size: null },
  };
}
const first = image('11111111-1111-4111-8111-111111111111', 'debian');
const second = image('22222222-2222-4222-8222-222222222222', 'debian');
function apiWith(...images: ImageView[]) {
  const asked: unknown[] = [];
  const search = async (query: { shared?: string }) => {
    asked.push(query);
    return {
      images: images.filter(({ memberStatus }) => (memberStatus === undefined) === (query.shared === undefined)),
    };
  };
  return { asked, images: search };
}

test('a full id is not searched for', async () => {
  const api = apiWith();
  expect(await findImageId(api, first.id.toUpperCase())).toBe(first.id);
  expect(api.asked).toEqual([]);
});

test('a beginning or a name that fits one image means it', async () => {
  const api = apiWith(first);
  expect(await findImageId(api, ' 1111 ')).toBe(first.id);
  expect(api.asked).toEqual([{ search: '1111' }]);
});

test('what fits several is an error that lists them', async () => {
  await expect(findImageId(apiWith(first, second), 'debian')).rejects.toMatchObject({
    code: 'invalid-input',
    message: `"debian" matches several images: ${first.id} (debian), ${second.id} (debian).`,
  });
});

test('what fits none is not found', async () => {
  await expect(findImageId(apiWith(), 'x')).rejects.toMatchObject({ code: 'not-found' });
  const api = apiWith(first);
  await expect(findImageId(api, ' ')).rejects.toMatchObject({ code: 'not-found' });
  expect(api.asked).toEqual([]);
});

test('what others share is found where it is asked for: alone, or behind the own ones', async () => {
  const shared = { ...second, memberStatus: 'pending' as const };
  expect(await findImageId(apiWith(first, shared), 'debian', 'shared')).toBe(second.id);
  expect(await findImageId(apiWith(first, shared), 'debian', 'usable')).toBe(first.id);
  expect(await findImageId(apiWith(shared), 'debian', 'usable')).toBe(second.id);
  await expect(findImageId(apiWith(shared), 'debian')).rejects.toMatchObject({ code: 'not-found' });
  await expect(findImageId(apiWith(first), 'debian', 'shared')).rejects.toMatchObject({
    code: 'not-found',
    message: 'No image "debian" is shared with your project.',
  });
});
