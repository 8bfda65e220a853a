import type { BootreadyError } from '../errors.ts';
import type { Traceparent } from './traces.ts';

export type Webhook = { id: string; projectId: string; url: string; createdAt: Date; disabledAt: Date | null };

export type WebhookMessage = {
  id: string;
  status: 'pending' | 'delivered' | 'failed';
  webhook: Webhook & { secret: string };
  content: { id: string; type: string; createdAt: Date; payload: object };
  /** The span that the message resulted from. */
  traceparent: Traceparent | null;
};

export type Rotation = { encrypted: number; unreadable: BootreadyError[] };

/** The webhooks, and the messages that each of them got. Secrets are encrypted in the store, with the configuration's keys. */
export interface WebhookStore {
  create(webhook: { projectId: string; url: string; secret: string }): Promise<Webhook>;
  list(projectId: string): Promise<Webhook[]>;
  disable(id: string): Promise<void>;
  /** Makes a message of each new outbox row for each webhook of its project; returns all messages that are pending. */
  relay(): Promise<string[]>;
  /** @throws `unavailable` when the secret was encrypted with a key that is not there */
  message(id: string): Promise<WebhookMessage | undefined>;
  note(
    id: string,
    result: { status: 'pending' | 'delivered' | 'failed'; httpStatus?: number; error?: string },
  ): Promise<void>;
  /** Encrypts with the newest key: either the secrets that are in clear text (from before there were keys), or all that have another key. */
  encryptAgain(which: 'clear' | 'outdated'): Promise<Rotation>;
}
