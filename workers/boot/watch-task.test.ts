import { afterAll, expect, test } from 'vitest';
import { openForeignDoor } from '../../adapters/foreign/door.ts';
import { lagOf } from '../../test/support/lag.ts';
import { watchTask } from '../activities/boot-check.ts';
import { bootNews } from './boot-news.ts';
import type { BootEnd } from './watch.ts';
import { newBootSeed, watchFor } from './watch-for.ts';

const door = openForeignDoor();
afterAll(() => door.close());

const guest = { osType: 'linux', architecture: 'x86_64', cloudInit: '24.1' };

/** Watches what the guest says, piece by piece, until the watch has enough or the pieces are at an end. */
const watched = async (pieces: readonly string[], of: object = guest) => {
  const given = newBootSeed(of);
  if (!given) throw new Error('not watched');
  const news = bootNews(watchFor(of, given));
  const left = [...pieces];
  let end: BootEnd | undefined;
  const words = given.system === 'linux' ? given.seed : undefined;
  const next = async () => {
    const piece = left.shift();
    if (piece !== undefined) news.listeners.onSerial(piece.replace('TOKEN', words?.token ?? ''));
    else end ??= 'late';
    const seen = { silentSeconds: 1, seconds: 10, allowedSeconds: 60, accelerator: 'tcg' as const };
    return { ...news.take(), ...seen, ...(end ? { end, console: news.whole() } : {}) };
  };
  const helpers = {
    next,
    write: async () => undefined,
    over: async (how: BootEnd) => {
      end = how;
    },
  };
  return door.run(watchTask, { guest: of, given }, helpers);
};

test('what the console says is understood in the process', async () => {
  const report = '\x1b[0mbootready-report TOKEN hostname=x key=present network=eth0\r\r\n';
  const told = await watched(['Linux version 6.1\n', report]);
  expect(told).toMatchObject({ state: 'done', value: { findings: [{ code: 'boot-reached-cloud-init' }, {}, {}] } });
  expect(told.state === 'done' && told.value.console).toContain('\nbootready-report');
  const late = await watched(['Linux version 6.1\nKernel panic - not syncing: no\n']);
  expect(late).toMatchObject({ state: 'done', value: { findings: [{ code: 'boot-kernel-panic' }] } });
});

test.each([
  ['H3: MBRno for ever', 'MBRno'],
  ['H3: carriage returns', '\r'],
  ['ALERT! for ever', 'ALERT! '],
  ['blank lines', '\n'],
])('%s', async (_what, word) => {
  const flood = word.repeat(Math.floor((64 * 1024) / word.length));
  const { value, lag } = await lagOf(() => watched(Array.from({ length: 10 }, () => flood)));
  expect(value).toMatchObject({ state: 'done' });
  expect(lag).toBeLessThanOrEqual(200);
});
