import { createHash, timingSafeEqual } from 'node:crypto';
import { isBootreadyError } from '../errors.ts';
import type { EventStore } from '../ports/events.ts';
import type { JobQueue } from '../ports/jobs.ts';
import { parseNotifications } from './parse.ts';

export type ReceiveDeps = {
  secret: string;
  events: EventStore;
  jobs: Pick<JobQueue, 'addIntake'>;
  onQueueDown: (error: unknown) => void;
};

export type Incoming = {
  source: string;
  headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** From path or query, for senders that can set no header (versitygw). */
  token: string | undefined;
  /** Undefined when the body is no JSON. */
  body: unknown;
};

export type Reception =
  | { status: 200; accepted: number; ignored: number }
  | { status: 400 | 401; message: string; remedy: string };

/** Hashed first, so that neither content nor length shows in the time it takes. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Row first, then the 2xx, then the job: a job that could not be added (Redis is down) is found by the sweep.
 * What is not understood is answered with 200 too, for MinIO and Ceph send again for ever what is not.
 * @throws BootreadyError `unavailable` when the rows could not be stored: the sender shall try again
 */
export const receiveNotifications = async (
  { secret, events, jobs, onQueueDown }: ReceiveDeps,
  { source, headers, token, body }: Incoming,
): Promise<Reception> => {
  const parsed = parseNotifications(headers, body);
  const authorization = headers.authorization;
  const bearer = /^Bearer (.+)$/i.exec(typeof authorization === 'string' ? authorization : '')?.[1];
  const expected = digest(secret);
  const shown = [bearer, token, ...parsed.opaque].filter((each) => each !== undefined);
  if (!shown.some((each) => timingSafeEqual(digest(each), expected))) {
    return {
      status: 401,
      message: 'The notification shows no valid secret.',
      remedy:
        'Send EVENTS_SECRET as "Authorization: Bearer ...", as the last part of the path, as ?token=, or as OpaqueData (Ceph).',
    };
  }
  if (body === undefined) return { status: 400, message: 'The body is no JSON.', remedy: 'Send the event as JSON.' };
  const open = await events.record(source, parsed.uploads);
  if (open.length > 0) {
    try {
      await jobs.addIntake(open);
    } catch (error) {
      if (!isBootreadyError(error)) throw error;
      onQueueDown(error);
    }
  }
  return { status: 200, accepted: parsed.uploads.length, ignored: parsed.ignored };
};
