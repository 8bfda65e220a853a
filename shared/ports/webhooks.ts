import type { BootreadyError } from '../errors.ts';
import type { Traceparent } from './traces.ts';

export type Webhook = { id: string; projectId: string; url: string; createdAt: Date; disabledAt: Date | null };

export type Delivery = {
  id: string;
  status: 'pending' | 'delivered' | 'failed';
  webhook: Webhook & { secret: string };
  message: { id: string; type: string; createdAt: Date; payload: object };
  /** The span that the message resulted from. */
  traceparent: Traceparent | null;
};

export type Rotation = { encrypted: number; unreadable: BootreadyError[] };

/** The webhooks, and the messages that each of them got. Secrets are encrypted in the store, with the configuration's keys. */
export interface WebhookStore {
  create(webhook: { projectId: string; url: string; secret: string }): Promise<Webhook>;
  list(projectId: string): Promise<Webhook[]>;
  disable(id: string): Promise<void>;
  /** Lays out one delivery for each new outbox row and each webhook of its project; returns all deliveries that are pending. */
  relay(): Promise<string[]>;
  /** @throws `unavailable` when the secret was encrypted with a key that is not there */
  delivery(id: string): Promise<Delivery | undefined>;
  note(
    id: string,
    result: { status: 'pending' | 'delivered' | 'failed'; httpStatus?: number; error?: string },
  ): Promise<void>;
  /** Encrypts with the newest key: either the secrets that are in clear text (from before there were keys), or all that have another key. */
  encryptAgain(which: 'clear' | 'outdated'): Promise<Rotation>;
}
