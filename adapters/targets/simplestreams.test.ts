import { expect, test } from 'vitest';
import { writeUntilSettled } from './simplestreams.ts';

/** A folder that two workers list: each reads, and writes later. */
test('a worker that read before another one added its image lists that image too', async () => {
  const there = ['a'];
  const written: string[] = [];
  const read = async (): Promise<string> => there.join();
  const { promise: late, resolve: goOn } = Promise.withResolvers<void>();
  const slow = writeUntilSettled(read, async (list) => {
    if (written.length === 0) await late;
    written.push(list);
  });
  // It has read "a" alone, and waits to write it.
  await Promise.resolve();
  there.push('b');
  await writeUntilSettled(read, async (list) => void written.push(list));
  goOn();
  await slow;
  expect(written.at(-1)).toBe('a,b');
});

test('without a change it writes once', async () => {
  let writes = 0;
  await writeUntilSettled(
    async () => '',
    async () => void writes++,
  );
  expect(writes).toBe(1);
});
