import type { BootPolicy, Policy, TargetFormat } from '../contracts/image.ts';
import type { Limits, ProjectQuota, Quota, QuotaSort } from '../limits/quota.ts';

export type Project = {
  id: string;
  /** Uploads of plain S3 clients below this prefix belong to the project; ends with "/". */
  keyPrefix: string;
  targetFormat: TargetFormat | null;
  policy: Policy | null;
  bootCheck: BootPolicy | null;
  /** Its own limits; null follows the installation. */
  quota: Limits;
  /** Names of the targets for its published images; null follows the installation. */
  targets: string[] | null;
};

export type Role = 'reader' | 'member' | 'admin';
/** Who asks: an API key, or a user of the issuer, who may have other projects too. */
export type Identity = {
  projectId: string;
  role: Role;
  keyId?: string;
  user?: { subject: string; name: string; projects: readonly string[] };
};

/** A key that is valid, without the key itself. */
export type KnownKey = {
  keyId: string;
  projectId: string;
  role: Role;
  name: string;
  hash: Buffer;
  hint: string;
  expiresAt: Date | null;
};

export interface ProjectStore {
  /** Creates the project, or returns the existing one. */
  ensure(project: {
    id: string;
    keyPrefix?: string;
    policy?: Policy;
    bootCheck?: BootPolicy;
    quota?: Partial<Limits>;
  }): Promise<Project>;
  /** An absent limit keeps its value; null sets the installation's default again. Undefined if the project does not exist. */
  setQuota(id: string, quota: Partial<Limits>): Promise<Project | undefined>;
  /** The limits that hold for it, and what it holds now. Undefined when there is no such project. */
  quota(id: string): Promise<Quota | undefined>;
  /** Those of all projects, and how many projects there are. */
  quotas(page: { sort: QuotaSort; offset: number; limit: number }): Promise<{
    projects: ProjectQuota[];
    total: number;
  }>;
  /** Where its published images go from now on; null follows the installation. Undefined when there is no such project. */
  chooseTargets(id: string, targets: readonly string[] | null): Promise<Project | undefined>;
  get(id: string): Promise<Project | undefined>;
  all(): Promise<Project[]>;
  /** Those of the ids that there is a project of, in the order of their names. */
  existing(ids: readonly string[]): Promise<string[]>;
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
  /** Undefined if the key does not exist, is revoked or has expired. */
  find(hash: Buffer): Promise<(Identity & { keyId: string }) | undefined>;
  /** By its id, with the same conditions as `find`; for what was derived from a key. */
  get(id: string): Promise<KnownKey | undefined>;
  /** At once and for good. Undefined when there is no such key, or it is revoked already. */
  revoke(id: string): Promise<Pick<ListedKey, 'projectId' | 'name'> | undefined>;
  /** The keys of one project, or of all: the newest first, including those that have ended. */
  list(projectId?: string): Promise<ListedKey[]>;
  /**
   * A further key with the same project, name, role and span of life; the former one ends at the given time, or before when it would have. Undefined when that is not
   * valid.
   */
  rotate(id: string, next: { hash: Buffer; hint: string; formerEndsAt: Date }): Promise<RotatedKey | undefined>;
}

/** The data of a key that operators see. */
export type ListedKey = {
  id: string;
  projectId: string;
  name: string;
  role: Role;
  /** How it begins. */
  hint: string;
  createdAt: Date;
  /** To the minute; null: never. */
  lastUsedAt: Date | null;
  expiresAt: Date | null;
  revokedAt: Date | null;
};
type RotatedKey = { keyId: string; projectId: string; name: string; role: Role; formerEndsAt: Date };

/** The issuer's last answer about a user, and when to ask the issuer again. */
export type UserGrant = {
  name: string;
  projects: readonly string[];
  role: Role;
  /** The issuer's own tokens, encrypted so that only the cookie opens them. */
  encrypted: Buffer;
  /** Null: it cannot be asked again. */
  renewAt: Date | null;
};

/** `useDue`: its last use was noted more than a minute ago. */
export type Session = { identity: Identity; renewalDue: boolean; useDue: boolean };

/** Where a browser is, and what it is in plain words; null for what is not known. */
export type SessionPlace = { address: string | null; browser: string | null };

/** The owner of sessions: the key that made them, or a user of the issuer. */
export type SessionOwner = { keyId: string } | { subject: string };

type KnownSession = SessionPlace & {
  id: string;
  hash: Buffer;
  createdAt: Date;
  /** To the minute. */
  lastUsedAt: Date;
  /** At the latest; before that when it is not used. */
  expiresAt: Date;
};

/**
 * Browsers that have signed in. A session is its key's as long as the key holds, or a user's as long as the issuer says so. It is over when its time has come, or when
 * it was not used for the idle time.
 */
export interface SessionStore {
  /**
   * `hash` is SHA-256 of the token in the cookie. The number of sessions for an owner is limited (shared/limits/request-limits.ts). One more ends the session that was
   * not used for the longest time.
   */
  create(
    session: { hash: Buffer; expiresAt: Date; place?: SessionPlace } & ({ keyId: string } | { user: NewUserSession }),
  ): Promise<void>;
  /** Undefined if the session does not exist or is over, or its key is revoked or has expired. */
  find(hash: Buffer): Promise<Session | undefined>;
  /** It was used now, from there. Written once a minute at most. */
  noteUse(hash: Buffer, address: string): Promise<void>;
  /** Those that are not over, last used first; a hundred at most. */
  list(owner: SessionOwner): Promise<KnownSession[]>;
  /** False when the owner has no such session. */
  end(id: string, owner: SessionOwner): Promise<boolean>;
  /** All but the one with that hash; says how many. */
  endOthers(owner: SessionOwner, hash: Buffer | undefined): Promise<number>;
  /** The encrypted tokens of a session whose renewal is due. Only one caller at a time gets them; a claim that nobody settles ends by itself. */
  claimRenewal(hash: Buffer): Promise<Buffer | undefined>;
  /** Settles a claim; without a grant another process may try. */
  settleRenewal(hash: Buffer, grant?: UserGrant): Promise<void>;
  chooseProject(hash: Buffer, projectId: string): Promise<void>;
  /** Gives what was encrypted, if anything was. */
  remove(hash: Buffer): Promise<Buffer | undefined>;
}
export type NewUserSession = UserGrant & { subject: string; projectId: string };
