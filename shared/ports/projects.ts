import type { BootPolicy, Policy, TargetFormat } from '../contracts/image.ts';
import type { Limits, Quota } from '../quota.ts';

export type Project = {
  id: string;
  /** Plain S3 clients own what lies below it in the uploads bucket; ends with "/". */
  keyPrefix: string;
  targetFormat: TargetFormat | null;
  policy: Policy | null;
  bootCheck: BootPolicy | null;
  /** Its own limits; null follows the installation. */
  quota: Limits;
};

export type Role = 'reader' | 'member' | 'admin';
export type Identity = { projectId: string; role: Role; keyId: string };

/** A key that is valid, without the key itself. */
export type KnownKey = Identity & { name: string; hash: Buffer; hint: string; expiresAt: Date | null };

export interface ProjectStore {
  /** Silently returns the one that is there. */
  ensure(project: {
    id: string;
    keyPrefix?: string;
    policy?: Policy;
    bootCheck?: BootPolicy;
    quota?: Partial<Limits>;
  }): Promise<Project>;
  /** What is absent stays; null follows the installation again. Undefined when there is no such project. */
  setQuota(id: string, quota: Partial<Limits>): Promise<Project | undefined>;
  /** The limits that hold for it, and what it holds now. Undefined when there is no such project. */
  quota(id: string): Promise<Quota | undefined>;
  all(): Promise<Project[]>;
  /** The project with the longest prefix that the key begins with. */
  ofKey(key: string): Promise<Project | undefined>;
}

export interface ApiKeyStore {
  /** `hash` is SHA-256 of the key. */
  create(key: {
    projectId: string;
    name: string;
    hash: Buffer;
    hint: string;
    role: Role;
    expiresAt?: Date;
  }): Promise<string>;
  /** Undefined when there is none, it is revoked or expired. */
  find(hash: Buffer): Promise<Identity | undefined>;
  /** By its id, with the same conditions as `find`; for what was derived from a key. */
  get(id: string): Promise<KnownKey | undefined>;
  revoke(id: string): Promise<void>;
}

/** Browsers that have signed in. A session is its key's as long as the key holds. */
export interface SessionStore {
  /** `hash` is SHA-256 of the token in the cookie. */
  create(session: { keyId: string; hash: Buffer; expiresAt: Date }): Promise<void>;
  /** Undefined when there is none, it is over, or its key is revoked or expired. */
  find(hash: Buffer): Promise<Identity | undefined>;
  remove(hash: Buffer): Promise<void>;
}
