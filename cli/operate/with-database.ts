import { hostname, userInfo } from 'node:os';
import type { Kysely } from 'kysely';
import type { z } from 'zod';
import { openDatabase } from '../../adapters/database/open.ts';
import type { Database } from '../../adapters/database/schema.ts';
import { BootreadyError } from '../../shared/errors.ts';
import { readConfig } from './environment.ts';

/** The user who runs this command, as the host knows the user. */
export function operator(): { name: string } {
  return { name: `${userInfo().username}@${hostname()}` };
}

export type Output = { json?: boolean };

export async function withDatabase<T>(work: (db: Kysely<Database>) => Promise<T>): Promise<T> {
  const { db, close } = openDatabase(readConfig().DATABASE_URL, { max: 1 });
  try {
    return await work(db);
  } catch (cause) {
    if (cause instanceof BootreadyError) throw cause;
    throw new BootreadyError({
      code: 'unavailable',
      message: 'The database request failed.',
      remedy: 'Run "bootready migrate", then "bootready doctor".',
      cause,
    });
  } finally {
    await close();
  }
}

export function valid<T>(schema: z.ZodType<T>, value: unknown, name: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new BootreadyError({
    code: 'invalid-input',
    message: `${name} is not valid: ${parsed.error.issues[0]?.message ?? 'unknown reason'}`,
    remedy: 'Give another value.',
  });
}

export function print(value: object, text: string, { json }: Output): void {
  process.stdout.write(json ? `${JSON.stringify(value)}\n` : `${text}\n`);
}

export function noSuchProject(id: string): BootreadyError {
  return new BootreadyError({
    code: 'not-found',
    message: `There is no project "${id}".`,
    remedy: `Create it: bootready project create ${id}`,
  });
}
