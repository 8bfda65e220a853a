import { expect, test } from 'vitest';
import { Postponed } from '../../shared/ports/postponed.ts';
import { limitJobsPerProject } from './jobs-per-project.ts';

test('a project has so many at once, whatever others have; the next comes when one has ended, well or not', async () => {
  const inShare = limitJobsPerProject(2);
  const hanging = [Promise.withResolvers<string>(), Promise.withResolvers<string>()] as const;
  const begun = hanging.map(({ promise }) => inShare('a', () => promise));
  let called = 0;
  const more = () => inShare('a', async () => ++called);
  const postponed = await more();
  expect(postponed).toBeInstanceOf(Postponed);
  expect((postponed as Postponed).byMs).toBeGreaterThanOrEqual(250);
  expect(called).toBe(0);
  expect(await inShare('b', async () => 'done')).toBe('done');
  hanging[0].reject(new Error('refused'));
  await expect(begun[0]).rejects.toThrow('refused');
  expect(await more()).toBe(1);
  expect(await more()).toBe(2);
  hanging[1].resolve('taken');
  expect(await begun[1]).toBe('taken');
});
