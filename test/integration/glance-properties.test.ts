import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKeyStore, createProjectStore } from '../../adapters/database/project-store.ts';
import type { Role } from '../../shared/ports/projects.ts';
import { sortKeys } from '../../shared/ports/visible-images.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import { type Installation, startInstallation } from '../support/installation.ts';

/** What holds for any list and any change, asked of the API process and Postgres as they are. A failure prints the seed that repeats it. */

let installation: Installation;
const keys: Record<string, string> = {};
beforeAll(async () => {
  installation = await startInstallation({ roles: [] });
  const { db } = installation;
  await createProjectStore(db).ensure({ id: 'other' });
  for (const [name, projectId, role] of [
    ['member', 'demo', 'member'],
    ['stranger', 'other', 'member'],
    ['admin', 'demo', 'admin'],
  ] as [string, string, Role][]) {
    const { key, hash, hint } = newApiKey();
    keys[name] = key;
    await createApiKeyStore(db).create({ projectId, name, hash, hint, role });
  }
});
afterAll(() => installation?.close());

type View = {
  id: string;
  name: string | null;
  owner: string;
  visibility: string;
  os_hidden: boolean;
  protected: boolean;
  tags: string[];
  size: number | null;
  created_at: string;
  [attribute: string]: unknown;
};
// biome-ignore lint/suspicious/noExplicitAny: answers are looked at field by field
type Answer = { status: number; body: any };
async function call(
  who: string,
  method: string,
  path: string,
  body?: string | Uint8Array<ArrayBuffer> | object,
  type = 'application/json',
): Promise<Answer> {
  const isRaw = typeof body === 'string' || body instanceof Uint8Array;
  const answer = await fetch(`${installation.apiUrl}/image${path}`, {
    method,
    headers: { 'x-auth-token': keys[who] ?? '', ...(body === undefined ? {} : { 'content-type': type }) },
    ...(body === undefined ? {} : { body: isRaw ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
}
async function create(who: string, attributes: object): Promise<View> {
  const { status, body } = await call(who, 'POST', '/v2/images', attributes);
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body;
}

describe('lists', () => {
  const toProject = { member: 'demo', stranger: 'other', admin: 'demo' } as const;
  type Who = keyof typeof toProject;
  /** By image, what the other project has said to it. */
  const answers = new Map<string, string>();
  let all: View[];

  const choices = {
    name: ['alpha', 'beta', 'a,b', 'gamma', undefined],
    visibility: ['private', 'shared', 'community', 'public'],
    disk_format: ['raw', 'qcow2', undefined],
    container_format: ['bare', 'ova', undefined],
    tags: [[], ['x'], ['x', 'y'], ['y z']],
    os_distro: ['debian', "o'neill", undefined],
    min_disk: [0, 5, 20],
    min_ram: [0, 512],
    size: [null, 1, 1000, 5_000_000_000],
    second: [0, 1, 2],
  } as const;
  /** Each image another mixture, always the same ones. */
  const pick = <T>(from: readonly T[], n: number): T => from[n % from.length] as T;

  beforeAll(async () => {
    for (let n = 0; n < 36; n++) {
      const owner = n % 3 === 0 ? 'other' : 'demo';
      const attributes = {
        name: pick(choices.name, n),
        visibility: pick(choices.visibility, Math.floor(n / 3)),
        disk_format: pick(choices.disk_format, n),
        container_format: pick(choices.container_format, Math.floor(n / 2)),
        tags: pick(choices.tags, Math.floor(n / 5)),
        os_distro: pick(choices.os_distro, Math.floor(n / 4)),
        min_disk: pick(choices.min_disk, n),
        min_ram: pick(choices.min_ram, Math.floor(n / 7)),
        os_hidden: n % 6 === 5,
        protected: n % 4 === 1,
      };
      const { id } = await create('admin', { ...attributes, owner });
      const at = new Date(1.7e12 + pick(choices.second, Math.floor(n / 2)) * 1000);
      await installation.db
        .updateTable('images')
        .set({ size: pick(choices.size, Math.floor(n / 2)), created_at: at, updated_at: at })
        .where('id', '=', id)
        .execute();
      if (attributes.visibility === 'shared') {
        const [from, to] = owner === 'demo' ? (['member', 'stranger'] as const) : (['stranger', 'member'] as const);
        await call(from, 'POST', `/v2/images/${id}/members`, { member: toProject[to] });
        const answer = pick(['pending', 'accepted', 'rejected'], Math.floor(n / 12) + n);
        await call(to, 'PUT', `/v2/images/${id}/members/${toProject[to]}`, { status: answer });
        answers.set(id, answer);
      }
    }
    const pages = await Promise.all(
      ['false', 'true'].map((hidden) => call('admin', 'GET', `/v2/images?limit=1000&os_hidden=${hidden}`)),
    );
    all = pages.flatMap(({ body }) => body.images);
    expect(all).toHaveLength(36);
  });

  type Filter = {
    visibility?: string | undefined;
    member_status?: string | undefined;
    os_hidden?: string | undefined;
    protected?: string | undefined;
    owner?: string | undefined;
    name?: readonly string[] | undefined;
    status?: readonly string[] | undefined;
    disk_format?: readonly string[] | undefined;
    container_format?: readonly string[] | undefined;
    tag: readonly string[];
    os_distro?: string | undefined;
    min_ram?: number | undefined;
    size_min?: number | undefined;
    size_max?: number | undefined;
    created_at?: { operator: string; second: number } | undefined;
    sort: readonly { key: (typeof sortKeys)[number]; direction: 'asc' | 'desc' }[];
    limit: number;
  };
  const chooseSome = <T>(values: readonly T[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 });
  const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.oneof(fc.constant(undefined), arbitrary);
  const seconds = choices.second.map((second) => 1.7e9 + second);
  const comparisons: Record<string, (a: number, b: number) => boolean> = {
    eq: (a, b) => a === b,
    neq: (a, b) => a !== b,
    gt: (a, b) => a > b,
    gte: (a, b) => a >= b,
    lt: (a, b) => a < b,
    lte: (a, b) => a <= b,
  };
  const rarely = <T>(arbitrary: fc.Arbitrary<T>) =>
    fc.oneof({ weight: 8, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
  const filters: fc.Arbitrary<Filter> = fc.record({
    visibility: maybe(fc.constantFrom('all', 'all', ...choices.visibility)),
    member_status: maybe(fc.constantFrom('all', 'pending', 'accepted', 'rejected')),
    os_hidden: rarely(fc.constantFrom('true', 'false')),
    protected: rarely(fc.constantFrom('true', 'false')),
    owner: rarely(fc.constantFrom('demo', 'other', 'nobody')),
    name: rarely(chooseSome(['alpha', 'beta', 'a,b', 'delta'])),
    status: rarely(chooseSome(['queued', 'active'])),
    disk_format: rarely(chooseSome(['raw', 'qcow2'])),
    container_format: rarely(chooseSome(['bare', 'ova'])),
    tag: fc.oneof(fc.constant([]), fc.constant([]), chooseSome(['x', 'y', 'y z'])),
    os_distro: rarely(fc.constantFrom('debian', "o'neill", 'rocky')),
    min_ram: rarely(fc.constantFrom(...choices.min_ram)),
    size_min: rarely(fc.constantFrom(1, 2, 1000)),
    size_max: rarely(fc.constantFrom(0, 999, 5_000_000_000)),
    created_at: rarely(
      fc.record({ operator: fc.constantFrom(...Object.keys(comparisons)), second: fc.constantFrom(...seconds) }),
    ),
    sort: fc.uniqueArray(
      fc.record({ key: fc.constantFrom(...sortKeys), direction: fc.constantFrom('asc' as const, 'desc' as const) }),
      { minLength: 1, maxLength: 3, selector: ({ key }) => key },
    ),
    limit: fc.integer({ min: 1, max: 40 }),
  });

  const makeQuery = (filter: Filter): string => {
    const { tag, sort, created_at, ...rest } = filter;
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(rest)) {
      if (Array.isArray(value)) query.set(name, `in:${value.map((each) => `"${each}"`).join(',')}`);
      else if (value !== undefined) query.set(name, String(value));
    }
    if (created_at) {
      query.set('created_at', `${created_at.operator}:${new Date(created_at.second * 1000).toISOString()}`);
    }
    for (const each of tag) query.append('tag', each);
    query.set('sort', sort.map(({ key, direction }) => `${key}:${direction}`).join(','));
    return query.toString();
  };

  const isListed = (image: View, filter: Filter, who: Who): boolean => {
    const { visibility } = filter;
    if (visibility !== undefined && visibility !== 'all' && image.visibility !== visibility) return false;
    if (who === 'admin' || image.owner === toProject[who] || image.visibility === 'public') return true;
    if (image.visibility === 'community') return visibility === 'community' || visibility === 'all';
    const asked = filter.member_status ?? 'accepted';
    return image.visibility === 'shared' && (asked === 'all' || answers.get(image.id) === asked);
  };
  const matches = (image: View, filter: Filter): boolean => {
    const { created_at: time } = filter;
    const among = (name: 'name' | 'status' | 'disk_format' | 'container_format'): boolean =>
      filter[name] === undefined || filter[name].includes(image[name] as string);
    return (
      image.os_hidden === (filter.os_hidden === 'true') &&
      (filter.protected === undefined || String(image.protected) === filter.protected) &&
      (filter.owner === undefined || image.owner === filter.owner) &&
      (['name', 'status', 'disk_format', 'container_format'] as const).every(among) &&
      filter.tag.every((tag) => image.tags.includes(tag)) &&
      (filter.os_distro === undefined || image.os_distro === filter.os_distro) &&
      (filter.min_ram === undefined || image.min_ram === filter.min_ram) &&
      (filter.size_min === undefined || (image.size !== null && image.size >= filter.size_min)) &&
      (filter.size_max === undefined || (image.size !== null && image.size <= filter.size_max)) &&
      (time === undefined || comparisons[time.operator]?.(Date.parse(image.created_at) / 1000, time.second) === true)
    );
  };
  /** Nothing comes before everything; newest, then by id, where nothing else decides. */
  const inOrder = (images: View[], { sort }: Filter): View[] => {
    const direction = sort[0]?.direction ?? 'desc';
    const keys = [...sort, { key: 'created_at', direction }, { key: 'id', direction }];
    const toRank = (value: unknown): string | number => (value ?? '') as string | number;
    return images.toSorted((a, b) => {
      for (const { key, direction: way } of keys) {
        const [left, right] = [toRank(a[key]), toRank(b[key])];
        const [one, two] =
          key === 'size' ? [Number(left === '' ? -1 : left), Number(right === '' ? -1 : right)] : [left, right];
        if (one !== two) return (one < two ? -1 : 1) * (way === 'asc' ? 1 : -1);
      }
      return 0;
    });
  };

  test.each(['member', 'stranger', 'admin'] as const)(
    'hold what the filter leaves of all images, in order, each once, page by page (%s)',
    async (who) => {
      let longest = 0;
      await fc.assert(
        fc.asyncProperty(filters, async (filter) => {
          const expected = inOrder(
            all.filter((image) => isListed(image, filter, who) && matches(image, filter)),
            filter,
          ).map(({ id }) => id);
          longest = Math.max(longest, expected.length);
          const seen: string[] = [];
          for (let link: string | undefined = `/v2/images?${makeQuery(filter)}`; link; ) {
            const { status, body }: Answer = await call(who, 'GET', link);
            expect(status).toBe(200);
            expect(body.images.length).toBeLessThanOrEqual(filter.limit);
            seen.push(...body.images.map(({ id }: View) => id));
            link = body.next;
          }
          expect(seen).toEqual(expected);
        }),
        { numRuns: 120 },
      );
      // Filters that leave nothing would prove nothing.
      expect(longest).toBeGreaterThan(5);
    },
  );
});

describe('changes', () => {
  const types = {
    'v2.0': 'application/openstack-images-v2.0-json-patch',
    'v2.1': 'application/openstack-images-v2.1-json-patch',
  } as const;
  type Dialect = keyof typeof types;
  type Operation = { op: 'add' | 'replace' | 'remove'; name: string; value?: unknown };

  const escaped = (name: string): string => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const spelled = ({ op, name, ...rest }: Operation, dialect: Dialect): object =>
    dialect === 'v2.1' ? { op, path: escaped(name), ...rest } : { [op]: escaped(name), ...rest };
  const patch = (id: string, changes: unknown, dialect: Dialect): Promise<Answer> =>
    call('member', 'PATCH', `/v2/images/${id}`, changes as object, types[dialect]);
  const shown = async (id: string): Promise<View> => {
    const { updated_at: _time, ...rest } = (await call('member', 'GET', `/v2/images/${id}`)).body;
    return rest;
  };

  const text = fc.string({ maxLength: 12, unit: 'binary' }).filter((value) => !/\0|\p{Cs}/u.test(value));
  const property = fc.oneof(
    fc.constantFrom('a', 'b', 'a/b', '~', '~1', '__proto__', 'constructor', 'hw_disk_bus', 'ä'),
    fc.string({ minLength: 1, maxLength: 3 }).filter((name) => name.trim() === name),
  );
  const operation = fc.oneof(
    ...(['add', 'replace'] as const).flatMap((op) => [
      fc.record({ op: fc.constant(op), name: property, value: text }),
      fc.record({ op: fc.constant(op), name: fc.constant('name'), value: text.filter((value) => value !== '') }),
      fc.record({ op: fc.constant(op), name: fc.constantFrom('min_ram', 'min_disk'), value: fc.nat() }),
      fc.record({ op: fc.constant(op), name: fc.constantFrom('protected', 'os_hidden'), value: fc.boolean() }),
      fc.record({ op: fc.constant(op), name: fc.constant('tags'), value: fc.uniqueArray(text, { maxLength: 4 }) }),
      fc.record({
        op: fc.constant(op),
        name: fc.constant('visibility'),
        value: fc.constantFrom('private', 'shared', 'community'),
      }),
    ]),
    fc.record({ op: fc.constant('remove' as const), name: property }),
  );

  /** RFC 6902, 4.1 to 4.3, for members of one object; in v2.0 what is there is not added. Undefined where it does not apply. */
  const applied = (before: View, operations: readonly Operation[], dialect: Dialect): View | undefined => {
    const members = new Map<string, unknown>(Object.entries(before));
    for (const { op, name, value } of operations) {
      const isThere = members.has(name);
      if (op === 'add' ? isThere && dialect === 'v2.0' : !isThere) return undefined;
      if (op === 'remove') members.delete(name);
      else members.set(name, value);
    }
    return Object.fromEntries(members) as View;
  };
  const sorted = (view: View): [string, unknown][] => Object.entries(view).sort(([a], [b]) => (a < b ? -1 : 1));

  test.each(['v2.1', 'v2.0'] as const)(
    'leave what JSON Patch says, or nothing of them is done (%s)',
    async (dialect) => {
      const { id } = await create('member', {});
      const counts = { done: 0, refused: 0 };
      await fc.assert(
        fc.asyncProperty(fc.array(operation, { maxLength: 6 }), async (operations) => {
          const before = await shown(id);
          const expected = applied(before, operations, dialect);
          const answer = await patch(
            id,
            operations.map((each) => spelled(each, dialect)),
            dialect,
          );
          expect(answer.status).toBe(expected ? 200 : 409);
          expect(sorted(await shown(id))).toEqual(sorted(expected ?? before));
          counts[expected ? 'done' : 'refused']++;
        }),
        { numRuns: 120 },
      );
      expect(Math.min(counts.done, counts.refused)).toBeGreaterThan(10);
    },
  );

  const pointer = fc.oneof(
    fc.string().filter((each) => !each.startsWith('/')),
    fc.constantFrom(
      '/',
      '//',
      '/a/b',
      '/tags/-',
      '/~',
      '/~2',
      '/ ',
      '/status',
      '/id',
      '/os_glance_x',
      '/locations',
      '/self',
    ),
    fc.constantFrom(null, 5, [], {}),
  );
  const value = fc.jsonValue();
  const wrong = fc.oneof(
    fc.record({ op: fc.constantFrom('add', 'replace'), path: pointer, value }),
    fc.record({ op: fc.constantFrom('move', 'copy', 'test', 'ADD', null, 5), path: fc.constant('/a'), value }),
    fc.record({ op: fc.constantFrom('add', 'replace'), path: fc.constantFrom('/a', '/name', '/tags') }),
    fc.record({ op: fc.constant('remove'), path: fc.constantFrom('/name', '/owner', '/tags', '/status') }),
    fc.record({
      op: fc.constant('add'),
      path: fc.constant('/a'),
      value: fc.oneof(fc.integer(), fc.constant(null), fc.constant('\0')),
    }),
    fc.record({
      op: fc.constant('add'),
      path: fc.constant('/min_ram'),
      value: fc.oneof(fc.double({ min: -1e300, max: -1 }), fc.string()),
    }),
    fc.jsonValue().filter((each) => each === null || typeof each !== 'object' || Array.isArray(each)),
  );
  const garbage = fc.oneof(
    fc
      .tuple(fc.array(operation, { maxLength: 3 }), wrong, fc.array(operation, { maxLength: 3 }))
      .map(([head, each, tail]) =>
        JSON.stringify([...head.map((one) => spelled(one, 'v2.1')), each, ...tail.map((one) => spelled(one, 'v2.1'))]),
      ),
    fc
      .jsonValue()
      .filter((each) => !Array.isArray(each))
      .map((each) => JSON.stringify(each)),
    fc.string().filter((each) => !isJson(each)),
    fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => new Uint8Array([0x5b, 0xff, 0xfe, ...bytes])),
  );

  test('of any garbage are refused, and change nothing', async () => {
    const { id } = await create('member', { a: 'kept', tags: ['kept'] });
    const before = await shown(id);
    await fc.assert(
      fc.asyncProperty(garbage, async (body) => {
        const { status } = await call('member', 'PATCH', `/v2/images/${id}`, body, types['v2.1']);
        expect([400, 403, 409, 413]).toContain(status);
        expect(await shown(id)).toEqual(before);
      }),
      { numRuns: 200 },
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
