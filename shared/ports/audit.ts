import type { AuditAction, AuditFilter } from '../contracts/operations.ts';

export type AuditRecord = {
  action: AuditAction;
  /** Who: the key that was shown, a user of the issuer's, or one of the command line. */
  by: { keyId: string } | { name: string };
  /** The project of the image, or of the actor. */
  projectId?: string;
  imageId?: string;
  address?: string;
  details?: Readonly<Record<string, string>>;
};

export type AuditEntryRow = {
  id: number;
  at: Date;
  action: AuditAction;
  actor: string;
  keyId: string | null;
  projectId: string | null;
  imageId: string | null;
  address: string | null;
  details: Record<string, string>;
};

/** Who did what to which image, when, from where. The log only grows: the database refuses every other change. */
export interface AuditLog {
  record(entry: AuditRecord): Promise<void>;
  /** Newest first; `before` is the id of the last row of the page before. */
  list(filter: AuditFilter & { before?: number; limit: number }): Promise<AuditEntryRow[]>;
}

/** The newest entry. With a copy of it in another place, an operator can later show that no entry up to it was removed. `hash` in lower-case hex. */
export type AuditHead = { id: number; at: Date; hash: string };

/** The first thing that is wrong with the log. */
export type AuditFault =
  | { kind: 'changed' | 'inserted'; id: number }
  /** Between two entries, or before the first existing one. */
  | { kind: 'removed'; before: number; after?: number }
  /** The head that was kept is not in the log: it and what followed it was cut off, or all of it was written again. */
  | { kind: 'cut'; id: number };

/** Each entry holds the hash of the one before. */
export interface AuditChain {
  /** Undefined while the log is empty. */
  head(): Promise<AuditHead | undefined>;
  /** Checks the whole log. @param kept a head from another place: without it, a log that lacks its newest entries looks complete */
  verify(kept?: Pick<AuditHead, 'id' | 'hash'>): Promise<{ entries: number; head?: AuditHead; fault?: AuditFault }>;
}
