import { z } from 'zod';
import { createAuditLog } from '../../adapters/database/audit-log.ts';
import { createApiKeyStore, createProjectStore } from '../../adapters/database/project-store.ts';
import { BootreadyError } from '../../shared/errors.ts';
import type { ListedKey, Role } from '../../shared/ports/projects.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import { printResult } from '../client/output.ts';
import { type Cell, table } from '../client/table.ts';
import { withStyle } from '../terminal.ts';
import { noSuchProject, type Output, operator, print, valid, withDatabase } from './with-database.ts';

export function createKey(
  options: Output & { project: string; name: string; role: string; expiresDays?: string },
): Promise<void> {
  return withDatabase(async (db) => {
    const role = valid(z.enum(['reader', 'member', 'admin']), options.role, '--role') satisfies Role;
    const days = options.expiresDays
      ? valid(z.coerce.number().positive(), options.expiresDays, '--expires-days')
      : undefined;
    if (!(await createProjectStore(db).get(options.project))) throw noSuchProject(options.project);
    const { key, hash, hint } = newApiKey();
    const id = await createApiKeyStore(db).create({
      projectId: options.project,
      name: options.name,
      hash,
      hint,
      role,
      ...(days ? { expiresAt: new Date(Date.now() + days * 86_400_000) } : {}),
    });
    await createAuditLog(db).record({
      action: 'key.create',
      by: operator(),
      projectId: options.project,
      details: { key: id, name: options.name, role },
    });
    print({ id, key }, key, options);
  });
}

export function revokeKey(id: string): Promise<void> {
  return withDatabase(async (db) => {
    const key = valid(z.uuid(), id, 'The ID of the key');
    const revoked = await createApiKeyStore(db).revoke(key);
    if (!revoked) throw noSuchKey(id);
    const { projectId, name } = revoked;
    await createAuditLog(db).record({ action: 'key.revoke', by: operator(), projectId, details: { key, name } });
  });
}

/** "24h": minutes, hours or days. In milliseconds. */
const factors: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const Overlap = z
  .string()
  .regex(/^\d{1,4}[mhd]$/, 'it is a number of minutes, hours or days, e.g. 24h; 0h ends the old key at once.')
  .transform((text) => Number.parseInt(text, 10) * (factors[text.slice(-1)] as number));

/** Makes a new key with the same rights. The old key stays valid for the overlap, so its owner has time to replace it. */
export function rotateKey(id: string, options: Output & { overlap: string }): Promise<void> {
  return withDatabase(async (db) => {
    const former = valid(z.uuid(), id, 'The ID of the key');
    const formerEndsAt = new Date(Date.now() + valid(Overlap, options.overlap, '--overlap'));
    const { key, hash, hint } = newApiKey();
    const made = await createApiKeyStore(db).rotate(former, { hash, hint, formerEndsAt });
    if (!made) throw noSuchKey(id);
    await createAuditLog(db).record({
      action: 'key.rotate',
      by: operator(),
      projectId: made.projectId,
      details: { key: made.keyId, former, name: made.name, role: made.role },
    });
    print({ id: made.keyId, key, former: { id: former, endsAt: made.formerEndsAt.toISOString() } }, key, options);
  });
}

function noSuchKey(id: string): BootreadyError {
  return new BootreadyError({
    code: 'not-found',
    message: `There is no valid key "${id}".`,
    remedy: '"bootready key list" shows the IDs. Create a key with "bootready key create".',
  });
}

/** Never the keys themselves: nobody has them but their owners. */
export function listKeys(options: Output & { project?: string; all?: boolean }): Promise<void> {
  return withDatabase(async (db) => {
    const now = new Date();
    const keys = (await createApiKeyStore(db).list(options.project)).filter(
      (key) => options.all || !hasEnded(key, now),
    );
    printResult(
      { keys },
      () => table(['NAME', 'PROJECT', 'ROLE', 'MADE', 'LAST USED', 'ENDS', 'ID'], toRows(keys, now)),
      options,
    );
  });
}

function hasEnded({ revokedAt, expiresAt }: ListedKey, now: Date): boolean {
  return revokedAt !== null || (expiresAt !== null && expiresAt <= now);
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
function minute(date: Date): string {
  return date.toISOString().slice(0, 16).replace('T', ' ');
}

function toRows(keys: readonly ListedKey[], now: Date): Cell[][] {
  return keys.map((key) => [
    key.name,
    key.projectId,
    key.role,
    day(key.createdAt),
    key.lastUsedAt ? minute(key.lastUsedAt) : withStyle('dim', 'never'),
    hasEnded(key, now)
      ? withStyle('bad', key.revokedAt ? 'revoked' : 'expired')
      : key.expiresAt
        ? minute(key.expiresAt)
        : withStyle('dim', 'never'),
    key.id,
  ]);
}
