import { expect, test } from 'vitest';
import { inRounds, takeSome } from './sweep.ts';

async function* keysOf(name: string, count: number): AsyncGenerator<{ key: string }> {
  for (let n = 0; n < count; n++) yield { key: `${name}/${String(n).padStart(6, '0')}` };
}
async function all(items: AsyncIterable<{ key: string }>): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of items) keys.push(key);
  return keys;
}

test('of each project a few come in turn, each of them once', async () => {
  const keys = await all(inRounds([keysOf('a', 5), keysOf('b', 1), keysOf('c', 3), keysOf('d', 0)], 2));
  const expected = ['a0', 'a1', 'b0', 'c0', 'c1', 'a2', 'a3', 'c2', 'a4'];
  expect(keys).toEqual(expected.map((each) => `${each[0]}/00000${each[1]}`));
});

test('a project with very many keeps no other waiting, and all of its own come in a few sweeps', async () => {
  const leftAt = new Map<string, string>();
  const some = (name: string, count: number) =>
    takeSome(
      () => keysOf(name, count),
      (listed) => listed,
      leftAt,
      name,
      1000,
    );
  const sweep = () => all(inRounds([some('many', 2500), some('few', 30)], 20));
  const first = await sweep();
  expect(first).toHaveLength(1030);
  expect(first.indexOf('few/000000')).toBe(20);
  expect(first.indexOf('few/000029')).toBe(69);
  // Nothing was started: they are all unknown still, and the sweep goes on all the same.
  const many = [first, await sweep(), await sweep()].flat().filter((key) => key.startsWith('many'));
  expect(new Set(many).size).toBe(2500);
  expect(many).toHaveLength(2500);
  expect((await sweep()).filter((key) => key.startsWith('many'))[0]).toBe('many/000000');
});
