import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { explain, isBootreadyError } from '../../shared/errors.ts';
import type { ObjectPin, ObjectStore } from '../../shared/ports/object-store.ts';
import type { Identity } from '../../shared/ports/projects.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Identifies the caller again, from the same request. @throws as the first time */
    identifyAgain: () => Promise<Identity>;
  }
}

/** A key, session or share that ends is noticed after this time at the latest. */
const everyMs = 8000;

const refusals = new Set(['unauthenticated', 'forbidden', 'not-found']);

/**
 * Checks that the caller still has access, in the same project and with the same role, because the long answer started in that scope. @throws when that cannot
 * be found out now
 */
async function isStillAllowed(request: FastifyRequest, mayStill: () => Promise<unknown>): Promise<boolean> {
  const before = request.identity;
  try {
    const now = await request.identifyAgain();
    if (now.projectId !== before?.projectId || now.role !== before.role) return false;
    request.identity = now;
    await mayStill();
    return true;
  } catch (error) {
    if (isBootreadyError(error) && refusals.has(error.code)) return false;
    throw error;
  }
}

export type Allowance = {
  /** Whether it may go on now. */
  check(): Promise<boolean>;
  stop(): void;
};

/**
 * Checks again and again whether a long answer (a stream, a download) may go on. Ends it when its key, session or share has ended. If the check itself fails
 * for a moment, the answer goes on. Call `stop` when the answer is over.
 */
export function whileAllowed(
  request: FastifyRequest,
  { mayStill, end, intervalMs = everyMs }: { mayStill: () => Promise<unknown>; end: () => void; intervalMs?: number },
): Allowance {
  const check = async (): Promise<boolean> => {
    try {
      return await isStillAllowed(request, mayStill);
    } catch (error) {
      request.log.warn({ error: explain(error) }, 'cannot check whether a long response may continue');
      return true;
    }
  };
  const timer = setInterval(() => {
    void check().then((allowed) => {
      if (!allowed) end();
    });
  }, intervalMs);
  return { check, stop: () => clearInterval(timer) };
}

/** The bytes of an object, or of a range of it, for as long as who asks may have them. */
export async function bytesWhileAllowed(
  store: Pick<ObjectStore, 'stream'>,
  request: FastifyRequest,
  {
    object,
    range,
    mayStill,
  }: { object: ObjectPin; range?: { offset: number; length: number }; mayStill: () => Promise<unknown> },
): Promise<Readable> {
  return streamWhileAllowed(await store.stream(object, undefined, range), request, mayStill);
}

/** The stream itself, which ends when who asks may no longer have it. */
export function streamWhileAllowed(
  stream: Readable,
  request: FastifyRequest,
  mayStill: () => Promise<unknown> = () => Promise.resolve(),
): Readable {
  const { stop } = whileAllowed(request, { mayStill, end: () => stream.destroy() });
  stream.once('close', stop);
  return stream;
}
