import { execFileSync } from 'node:child_process';
import { cacheDir } from '../../dev/stack/tool-path.ts';
import { ensureAppliance } from '../../workers/tools/appliance.ts';
import { kvmWorks } from '../../workers/tools/kvm.ts';

/** Makes images; inspections have a door of their own (workers/tools). @throws with what guestfish complained of: it stops at the first command that fails. guestfish(1) */
export async function guestfish(script: string): Promise<void> {
  execFileSync('guestfish', [], {
    input: script,
    stdio: ['pipe', 'pipe', 'pipe'],
    maxBuffer: 16 * 1024 ** 2,
    env: {
      ...process.env,
      LIBGUESTFS_BACKEND: 'direct',
      LIBGUESTFS_PATH: await ensureAppliance(cacheDir()),
      LIBGUESTFS_MEMSIZE: '1024',
      ...((await kvmWorks()) ? {} : { LIBGUESTFS_BACKEND_SETTINGS: 'force_tcg' }),
    },
  });
}
