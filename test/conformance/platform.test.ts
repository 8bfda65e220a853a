import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDeliveryStore } from '../../adapters/database/delivery-store.ts';
import { createDownloadStore } from '../../adapters/database/download-store.ts';
import { createImageStore } from '../../adapters/database/image-store.ts';
import { createPlatformStore } from '../../adapters/database/platform-store.ts';
import { createRepairStore } from '../../adapters/database/repair-store.ts';
import type { Image } from '../../shared/ports/image.ts';
import type { ImageStore } from '../../shared/ports/images.ts';
import type { ImageSource, NewImageSource, PlatformStore } from '../../shared/ports/platform.ts';
import type { Project } from '../../shared/ports/projects.ts';
import { freshDatabase } from '../support/database.ts';
import { hex, publishedImage, someProject } from '../support/samples.ts';

/** What the port promises, on a real Postgres. */

let database: Awaited<ReturnType<typeof freshDatabase>>;
let platform: PlatformStore;
let images: ImageStore;
let project: Project;
let family: string;
beforeAll(async () => {
  database = await freshDatabase();
  platform = createPlatformStore(database.db);
  images = createImageStore(database.db);
});
afterAll(() => database?.drop());
beforeEach(async () => {
  project = await someProject(database.db);
  family = `debian-${hex(4)}`;
});

async function published(): Promise<string> {
  return (await publishedImage(database.db, project)).image.id;
}
const conflict = { code: 'conflict', remedy: expect.any(String) };
async function toState(id: string) {
  const image = await images.get(id, undefined);
  return [image?.visibility, image?.isHidden, image?.family];
}

describe('promote', () => {
  test('shows one image of a family and hides the one before, which stays for whoever knows it', async () => {
    const [old, next] = [await published(), await published()];
    expect(await platform.promote(old, family)).toMatchObject({ id: old, visibility: 'public', family });
    await platform.promote(old, family);
    expect((await platform.latest(family))?.id).toBe(old);
    await platform.promote(next, family);
    expect((await platform.latest(family))?.id).toBe(next);
    expect([await toState(old), await toState(next)]).toEqual([
      ['public', true, family],
      ['public', false, family],
    ]);
    // And back.
    await platform.promote(old, family);
    expect([await toState(old), await toState(next)]).toMatchObject([{ 1: false }, { 1: true }]);
    expect((await platform.families()).filter((image) => image.family === family).map(({ id }) => id)).toEqual([old]);
  });

  test('takes what is published and nothing else, and a refusal hides nothing', async () => {
    const shown = await published();
    await platform.promote(shown, family);
    const announced = await images.announce({ projectId: project.id, name: 'x', settings: {}, bucket: 'uploads' });
    for (const id of [announced.id, crypto.randomUUID()]) {
      await expect(platform.promote(id, family)).rejects.toMatchObject(conflict);
    }
    expect(await toState(shown)).toEqual(['public', false, family]);
  });

  test('of many at once leaves exactly one that is shown', async () => {
    for (let round = 0; round < 5; round++) {
      const all = await Promise.all(Array.from({ length: 6 }, published));
      await Promise.all(all.map((id) => platform.promote(id, family)));
      const shown = (await Promise.all(all.map(toState))).filter(([, isHidden]) => !isHidden);
      expect(shown).toHaveLength(1);
    }
  });

  test('an image that is deleted, or no longer active, is no latest', async () => {
    const id = await published();
    await platform.promote(id, family);
    await images.markForDeletion(id);
    expect(await platform.latest(family)).toBeUndefined();
    const next = await published();
    expect((await platform.promote(next, family)).id).toBe(next);
  });
});

describe('a source', () => {
  const sum = (digit: string): string => `sha256:${digit.repeat(64)}`;
  const source = (more: Partial<NewImageSource> = {}): NewImageSource => ({
    family,
    projectId: project.id,
    name: 'Debian',
    url: 'https://example.org/disk.qcow2',
    fixedChecksum: null,
    signingKeys: null,
    signatureUrl: null,
    checksumUrl: 'https://example.org/SHA256SUMS',
    settings: { policy: 'warn' },
    everySeconds: 3600,
    keep: null,
    ...more,
  });
  const isDue = async () => (await platform.due()).some((each) => each.family === family);
  const current = async () => (await platform.sources()).find((each) => each.family === family) as ImageSource;

  test('is due at first, after its time, when it is set anew and when it is asked for', async () => {
    expect(await platform.setSource(source())).toMatchObject({ ...source(), imageId: null, lookedAt: null });
    expect(await isDue()).toBe(true);
    await platform.looked(family, { code: 'unavailable', message: 'Silence.' });
    expect(await current()).toMatchObject({ lookedAt: expect.any(Date), failure: { code: 'unavailable' } });
    expect(await isDue()).toBe(false);
    await platform.refresh(family);
    expect(await isDue()).toBe(true);
    await platform.looked(family, undefined);
    expect((await current()).failure).toBeNull();
    const long = new Date(Date.now() - 3601_000);
    await database.db.updateTable('image_sources').set({ looked_at: long }).where('family', '=', family).execute();
    expect(await isDue()).toBe(true);
    await platform.looked(family, undefined);
    await platform.setSource(source({ everySeconds: 7200 }));
    expect([await isDue(), (await current()).everySeconds]).toEqual([true, 7200]);
    expect([await platform.removeSource(family), await platform.removeSource(family)]).toEqual([true, false]);
    expect(await platform.refresh(family)).toBeUndefined();
  });

  test('keeps the time of its newest signature, until it is set with other keys or another file', async () => {
    const signed = source({ signingKeys: 'key' });
    await platform.setSource(signed);
    const [old, young] = [new Date('2026-01-01T00:00:00Z'), new Date('2026-02-01T00:00:00Z')];
    await platform.sawSigned(signed, young);
    await platform.sawSigned(signed, old);
    await platform.sawSigned({ ...signed, signingKeys: 'former key' }, new Date('2026-03-01T00:00:00Z'));
    expect((await current()).signedAt).toEqual(young);
    expect((await platform.setSource({ ...signed, keep: 3 })).signedAt).toEqual(young);
    expect((await platform.setSource({ ...signed, signingKeys: 'new key' })).signedAt).toBeNull();
    await platform.sawSigned({ ...signed, signingKeys: 'new key' }, young);
    const elsewhere = { ...signed, signingKeys: 'new key', checksumUrl: 'https://example.org/SHA512SUMS' };
    expect((await platform.setSource(elsewhere)).signedAt).toBeNull();
  });

  test('orders an image for each new checksum, once, with its download', async () => {
    const set = await platform.setSource(source());
    const at = await Promise.all(Array.from({ length: 6 }, () => platform.order(set, sum('a'), 'uploads')));
    const [image, ...others] = at.filter((each) => each !== undefined);
    expect(others).toEqual([]);
    expect(image).toMatchObject({
      projectId: project.id,
      name: 'Debian',
      status: 'importing',
      settings: { policy: 'warn' },
    });
    expect(await createDownloadStore(database.db).get(image?.id ?? '')).toMatchObject({
      url: set.url,
      checksum: sum('a'),
      status: 'queued',
    });
    expect(await current()).toMatchObject({ checksum: sum('a'), imageId: image?.id, lookedAt: expect.any(Date) });
    expect(await platform.order(set, sum('a'), 'uploads')).toBeUndefined();
    expect(await platform.order(set, sum('b'), 'uploads')).toMatchObject({ status: 'importing' });
    // Its address was changed while the old one was looked at.
    await platform.setSource(source({ url: 'https://example.org/other.qcow2' }));
    expect(await platform.order(set, sum('c'), 'uploads')).toBeUndefined();
  });

  test('what could not be fetched is ordered again, what was rejected only when it is asked for', async () => {
    const set = await platform.setSource(source());
    const image = await platform.order(set, sum('a'), 'uploads');
    await platform.refresh(family);
    expect(await platform.order(set, sum('a'), 'uploads')).toBeUndefined();
    await createDownloadStore(database.db).end(image?.id ?? '', { code: 'unavailable', message: 'Silence.' });
    const again = await platform.order(set, sum('a'), 'uploads');
    expect(again).toMatchObject({ status: 'importing' });
    const id = again?.id ?? '';
    await database.db.updateTable('downloads').set({ status: 'handed-over' }).where('image_id', '=', id).execute();
    await database.db.updateTable('images').set({ status: 'killed' }).where('id', '=', id).execute();
    expect(await platform.order(set, sum('a'), 'uploads')).toBeUndefined();
    await platform.refresh(family);
    expect(await platform.order(set, sum('a'), 'uploads')).toBeDefined();
  });

  test('what was ordered arrives when it is active, until it is promoted', async () => {
    const set = await platform.setSource(source());
    const image = await platform.order(set, sum('a'), 'uploads');
    const arrived = async () => (await platform.arrived()).filter((each) => each.family === family);
    expect(await arrived()).toEqual([]);
    await database.db
      .updateTable('images')
      .set({ status: 'active' })
      .where('id', '=', image?.id ?? '')
      .execute();
    expect(await arrived()).toEqual([{ imageId: image?.id, family }]);
    await platform.promote(image?.id ?? '', family);
    expect(await arrived()).toEqual([]);
  });

  describe('keeps of its family what it says', () => {
    const outlived = async () =>
      (await platform.outlived()).filter((each) => each.family === family).map(({ imageId }) => imageId);
    /** As if fetched by the source and published, each in the place of the one before; the last one is shown. */
    const brought = async (count: number): Promise<string[]> => {
      const ids: string[] = [];
      for (let number = 0; number < count; number++) {
        const id = await published();
        const values = { image_id: id, url: 'https://example.org/disk.qcow2', checksum: null, source_family: family };
        await database.db
          .insertInto('downloads')
          .values({ ...values, status: 'handed-over' })
          .execute();
        await platform.promote(id, family);
        ids.push(id);
      }
      return ids;
    };

    test('and of nothing else: not the one that is shown, not what came by hand, nothing without a number', async () => {
      const [first, second, , shown] = await brought(4);
      const byHand = await published();
      await platform.promote(byHand, family);
      await platform.promote(shown ?? '', family);
      expect(await outlived()).toEqual([]);
      await platform.setSource(source());
      expect(await outlived()).toEqual([]);
      await platform.setSource(source({ keep: 1 }));
      expect((await outlived()).sort()).toEqual([first, second].sort());
      await platform.setSource(source({ keep: 3 }));
      expect(await outlived()).toEqual([]);
      await platform.setSource(source({ keep: 0 }));
      expect(await outlived()).toHaveLength(3);
      await images.markForDeletion(first ?? '');
      expect(await outlived()).toHaveLength(2);
    });

    test('and whatever is shared, protected, on its way, or the base of something else', async () => {
      const [shared = '', guarded = '', sent = '', mended = '', base = ''] = await brought(6);
      await platform.setSource(source({ keep: 0 }));
      expect(await outlived()).toHaveLength(5);
      const { db } = database;
      await db.insertInto('image_members').values({ image_id: shared, member_id: 'somebody' }).execute();
      await db.updateTable('images').set({ protected: true }).where('id', '=', guarded).execute();
      await createDeliveryStore(db).order(sent, 'backup');
      const parent = (await images.get(mended, undefined)) as Image;
      const repair = { name: 'm', settings: {}, bucket: 'uploads', remedies: ['x'], before: [], guest: {} };
      await createRepairStore(db).create({ parent, ...repair });
      const snapshot = await published();
      await db
        .updateTable('images')
        .set({ properties: JSON.stringify({ base_image_ref: base }) as never })
        .where('id', '=', snapshot)
        .execute();
      expect(await outlived()).toEqual([]);
      await images.markDeleted(snapshot);
      expect(await outlived()).toEqual([base]);
    });
  });
});
