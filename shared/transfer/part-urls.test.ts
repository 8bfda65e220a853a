import { expect, test } from 'vitest';
import { createPartUrls } from './part-urls.ts';

function signer() {
  const asked: number[][] = [];
  return {
    asked,
    signParts: async (_id: string, partNumbers: number[]) => {
      asked.push(partNumbers);
      return {
        parts: partNumbers.map((partNumber) => ({ partNumber, url: `http://s/${partNumber}?n=${asked.length}` })),
        expiresAt: '2026-01-01T00:00:00Z',
      };
    },
  };
}
const numbers = Array.from({ length: 150 }, (_, index) => index + 1);

test('lanes that begin together share one question', async () => {
  const api = signer();
  const urls = createPartUrls(api, 'id', numbers);
  expect(await Promise.all([urls.of(1), urls.of(2), urls.of(3)])).toEqual([1, 2, 3].map((n) => `http://s/${n}?n=1`));
  expect(api.asked).toEqual([numbers.slice(0, 100)]);
});

test('what comes next is asked for when the batch is used up', async () => {
  const api = signer();
  const urls = createPartUrls(api, 'id', numbers);
  for (const number of numbers) await urls.of(number);
  expect(api.asked).toEqual([numbers.slice(0, 100), numbers.slice(100)]);
});

test('whoever tries again gets a new URL', async () => {
  const api = signer();
  const urls = createPartUrls(api, 'id', [7]);
  expect([await urls.of(7), await urls.of(7)]).toEqual(['http://s/7?n=1', 'http://s/7?n=2']);
});

test('a URL that has lain too long is not used', async () => {
  const api = signer();
  let clock = 0;
  const urls = createPartUrls(api, 'id', [1, 2], () => clock);
  await urls.of(1);
  clock = 3600_000;
  expect(await urls.of(2)).toBe('http://s/2?n=2');
});

test('a question that failed does not fail the next one', async () => {
  const api = signer();
  let broken = true;
  const urls = createPartUrls(
    { signParts: (id, list) => (broken ? Promise.reject(new Error('down')) : api.signParts(id, list)) },
    'id',
    [1, 2],
  );
  await expect(urls.of(1)).rejects.toThrow('down');
  broken = false;
  expect(await urls.of(1)).toBe('http://s/1?n=1');
});
