import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installSystemPackages } from '../../dev/setup/apt.ts';

const run = promisify(execFile);
const home = '/usr/lib/postgresql';

/** The system's Postgres: the npm package of `npm start` has no pg_dump. */
export type PostgresTools = {
  programs: { initdb: string; postgres: string };
  /** One of its programs. @returns what it prints */
  run(program: string, ...args: string[]): Promise<string>;
};

function newest(): string | undefined {
  if (!existsSync(home)) return undefined;
  const found = readdirSync(home).filter((version) =>
    ['postgres', 'pg_dump'].every((program) => existsSync(join(home, version, 'bin', program))),
  );
  return found.toSorted((a, b) => Number(a) - Number(b)).at(-1);
}

export async function findPostgresTools(): Promise<PostgresTools> {
  await installSystemPackages([
    { name: 'postgresql', reason: 'pg_dump and pg_restore', isThere: () => newest() !== undefined },
  ]);
  const folder = join(home, newest() ?? '', 'bin');
  return {
    programs: { initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres') },
    run: async (program, ...args) => (await run(join(folder, program), args, { maxBuffer: 64 * 1024 ** 2 })).stdout,
  };
}
