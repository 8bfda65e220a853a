import type { FastifyRequest } from 'fastify';
import { expect, test, vi } from 'vitest';
import { BootreadyError } from '../../shared/errors.ts';
import type { Identity } from '../../shared/ports/projects.ts';
import { whileAllowed } from './while-allowed.ts';

const identity: Identity = { projectId: 'p', role: 'member', keyId: 'k' };
function error(code: 'unauthenticated' | 'not-found' | 'unavailable') {
  return new BootreadyError({ code, message: code });
}

function makeRequest(identifyAgain: () => Promise<Identity>): FastifyRequest {
  return { identity, identifyAgain, log: { warn: () => undefined } } as unknown as FastifyRequest;
}

type Case = { identify: () => Promise<Identity>; mayStill?: () => Promise<void>; ends: boolean };

/** Whether what lasts is ended, at the next look and by the timer. */
async function assertEnds({ identify, mayStill = () => Promise.resolve(), ends }: Case): Promise<void> {
  const end = vi.fn();
  const allowance = whileAllowed(makeRequest(identify), { mayStill, end, intervalMs: 5 });
  expect(await allowance.check()).toBe(!ends);
  await new Promise((resolve) => setTimeout(resolve, 50));
  allowance.stop();
  expect(end.mock.calls.length > 0).toBe(ends);
}

function same(): Promise<Identity> {
  return Promise.resolve(identity);
}
function refuse(code: 'unauthenticated' | 'not-found' | 'unavailable') {
  return (): Promise<never> => Promise.reject(error(code));
}

test('what lasts ends with its key', () => assertEnds({ identify: refuse('unauthenticated'), ends: true }));
test('with its share', () => assertEnds({ identify: same, mayStill: refuse('not-found'), ends: true }));
test('when its session acts in another project', () =>
  assertEnds({ identify: () => Promise.resolve({ ...identity, projectId: 'q' }), ends: true }));
test('when its user has another role by now', () =>
  assertEnds({ identify: () => Promise.resolve({ ...identity, role: 'reader' }), ends: true }));
test('it goes on while nothing has changed', () => assertEnds({ identify: same, ends: false }));
test('and while that cannot be found out', () => assertEnds({ identify: refuse('unavailable'), ends: false }));
