import type { AuditAction, AuditFilter } from '../contracts/operations.ts';

export type AuditRecord = {
  action: AuditAction;
  /** Who: the key that was shown, a user of the issuer's, or one of the command line. */
  by: { keyId: string } | { name: string };
  /** Of the image, or of the actor. */
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

/** Who did what to which image, when, from where. Only ever added to: the database refuses anything else. */
export interface AuditLog {
  record(entry: AuditRecord): Promise<void>;
  /** Newest first; `before` is the id of the last row of the page before. */
  list(filter: AuditFilter & { before?: number; limit: number }): Promise<AuditEntryRow[]>;
}
