import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildOnce } from '../../dev/sample/kept.ts';
import { cacheDir } from '../../dev/stack/tool-path.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

/**
 * Nothing is released yet, so a commit stands for the release that is upgraded: older by six migrations, and by a workflow that runs all steps on one
 * worker. UPGRADE_FROM names another commit or tag.
 */
const commit = process.env.UPGRADE_FROM ?? '9b892e1d';

/** Its sources with the packages of its lock file, made once and then kept. Takes the history of git, and a minute. */
export function formerRelease(): Promise<string> {
  return buildOnce(
    {
      cacheDir: cacheDir(),
      name: `release-${commit}`,
      recipe: [import.meta.filename],
      remedy: 'It needs a clone with its history, and the registry of npm packages.',
    },
    async (work) => {
      await run('sh', ['-c', `git archive "$0" | tar -x -C "$1"`, commit, work], { cwd: root });
      await run('npm', ['ci', '--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund'], { cwd: work });
    },
  );
}
