import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BootreadyError } from '../../shared/errors.ts';

/** When a process started, in clock ticks since boot: with the pid it names a process for good (proc(5), field 22). */
async function readStartTime(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

/**
 * One stack for a data folder. A lock whose process is gone is taken over.
 * @throws BootreadyError `conflict` when a stack is running from it
 */
export async function lockDataDir(dataDir: string): Promise<{ unlock: () => Promise<void> }> {
  const path = join(dataDir, 'lock');
  const mine = `${process.pid} ${await readStartTime(process.pid)}`;
  for (let tries = 0; tries < 3; tries++) {
    try {
      await writeFile(path, mine, { flag: 'wx', mode: 0o600 });
      return { unlock: () => rm(path, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const [pid = '', started] = (await readFile(path, 'utf8').catch(() => '')).split(' ');
    if (pid && started && (await readStartTime(Number(pid))) === started) {
      throw new BootreadyError({
        code: 'conflict',
        message: `bootready is already running from ${dataDir} (pid ${pid}).`,
        remedy: `Stop it with Ctrl-C where it runs, or with: kill ${pid}. For a second one beside it give --data-dir.`,
      });
    }
    await rm(path, { force: true });
  }
  throw new BootreadyError({
    code: 'conflict',
    message: `Another start from ${dataDir} is going on.`,
    remedy: 'Wait for it, or start again.',
  });
}
