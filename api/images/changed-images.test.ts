import { expect, test, vi } from 'vitest';
import { type ChangedImages, createChangedImages } from './changed-images.ts';

const owners = new Map([
  ['a', 'busy'],
  ['b', 'other'],
]);

function setUp(readOwners = async (ids: readonly string[]) => new Map([...owners].filter(([id]) => ids.includes(id)))) {
  let announce: (id: string | undefined) => void = () => undefined;
  const scopes: unknown[] = [];
  const asked = vi.fn(readOwners);
  const changed = createChangedImages(
    {
      feed: {
        subscribe: () => () => undefined,
        subscribeAll: (listener) => {
          announce = listener;
          return () => {
            announce = () => undefined;
          };
        },
      },
      within: (scope, work) => {
        scopes.push(scope);
        return work();
      },
      images: { readOwners: asked },
    },
    20,
  );
  const heard: ChangedImages[] = [];
  return { changed, heard, asked, scopes, announce: (id: string | undefined) => announce(id) };
}

test('however many listen, the database is asked once for all changes of a moment', async () => {
  const { changed, asked, scopes, announce } = setUp();
  const heard = Array.from({ length: 100 }, () => {
    const all: ChangedImages[] = [];
    changed.subscribe((found) => void all.push(found));
    return all;
  });
  for (let time = 0; time < 50; time++) announce('a');
  announce('b');
  await vi.waitFor(() => expect(new Map(heard[99]?.flatMap((found) => [...(found ?? [])]))).toEqual(owners));
  expect(asked.mock.calls.length).toBeLessThanOrEqual(2);
  expect(new Set(scopes)).toEqual(new Set(['everything']));
});

test('without listeners it asks nothing, and an unknown image is not a change', async () => {
  const { changed, heard, asked, announce } = setUp();
  announce('a');
  expect(asked).not.toHaveBeenCalled();
  const leave = changed.subscribe((found) => void heard.push(found));
  announce('gone');
  await vi.waitFor(() => expect(heard).toEqual([new Map()]));
  leave();
  announce('a');
  expect(asked).toHaveBeenCalledTimes(1);
});

test('when anything may have changed, all listeners hear it; after a database error it asks again', async () => {
  let fails = true;
  const { changed, heard, announce } = setUp(async (ids) => {
    if (fails) throw new Error('away');
    return new Map(ids.map((id) => [id, 'busy']));
  });
  changed.subscribe((found) => void heard.push(found));
  announce(undefined);
  expect(heard).toEqual([undefined]);
  announce('a');
  await new Promise((resolve) => setTimeout(resolve, 50));
  announce('b');
  fails = false;
  await vi.waitFor(() =>
    expect(heard.slice(1)).toEqual([
      new Map([
        ['a', 'busy'],
        ['b', 'busy'],
      ]),
    ]),
  );
});
