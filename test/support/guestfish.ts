import { execFileSync } from 'node:child_process';
import { kvmWorks } from '../../workers/tools/kvm.ts';

/** What commands print that look into a raw disk, read-only, with a filesystem of it mounted. guestfish(1) */
export async function guestfish(path: string, device: string, commands: readonly string[]): Promise<string> {
  return execFileSync('guestfish', ['--ro', '--format=raw', '-a', path, '-m', device], {
    input: commands.join('\n'),
    encoding: 'utf8',
    env: await makeGuestfsEnvironment(),
  });
}

/** For the programs of libguestfs. guestfs(3), "ENVIRONMENT VARIABLES" */
export async function makeGuestfsEnvironment(): Promise<NodeJS.ProcessEnv> {
  return {
    ...process.env,
    LIBGUESTFS_BACKEND: 'direct',
    ...((await kvmWorks()) ? {} : { LIBGUESTFS_BACKEND_SETTINGS: 'force_tcg' }),
  };
}
