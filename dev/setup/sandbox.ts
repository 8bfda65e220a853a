import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { BootreadyError } from '../../shared/errors.ts';

const run = promisify(execFile);

/** Image tools run in namespaces that some systems forbid to ordinary users (Ubuntu 24.04) or to containers. */
export async function requireSandbox(): Promise<void> {
  const binds = ['--ro-bind', '/', '/', '--proc', '/proc', '--dev', '/dev'];
  try {
    await run('bwrap', ['--unshare-all', '--cap-drop', 'ALL', '--die-with-parent', ...binds, '--', '/bin/true']);
  } catch (cause) {
    const words = String((cause as { stderr?: string }).stderr ?? cause)
      .trim()
      .split('\n')[0];
    throw new BootreadyError({
      code: 'unavailable',
      message: `The sandbox for image tools cannot be made on this system (${words}).`,
      remedy:
        'Allow user namespaces: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu), ' +
        'sudo sysctl kernel.unprivileged_userns_clone=1 (Debian); in a container, run it with --privileged.',
      cause,
    });
  }
}
