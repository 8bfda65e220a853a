import { lstat, opendir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tasks } from './niceness.ts';

/** The limits of all processes of a sandbox together. The kernel enforces the limits of each process; these are sums, checked again and again. */
export type WatchLimits = {
  /** Processes and threads. */
  tasks: number;
  /** Memory of all its processes, in bytes. */
  residentBytes: number;
  /** The bytes that its writable folders hold on the disk together. */
  folderBytes: number;
  folderFiles: number;
};

/** Which limit was passed. */
export type Excess = 'tasks' | 'memory' | 'disk' | 'files';

const pageBytes = 4096;
const blockBytes = 512;
const everyMs = 500;
/** By then bwrap has made its namespaces and session. */
const firstMs = 50;

/** A file that has disappeared in the meantime does not count. */
function orNothing<T>(value: Promise<T>): Promise<T | undefined> {
  return value.catch(() => undefined);
}

/** The processes below this one, itself included, until there are more threads than allowed. */
async function tasksBelow(init: number, mostTasks: number): Promise<{ pids: number[]; threads: number[] }> {
  const pids = [init];
  const threads: number[] = [];
  for (let index = 0; index < pids.length && threads.length <= mostTasks; index++) {
    const folder = `/proc/${pids[index]}/task`;
    for (const thread of (await orNothing(readdir(folder))) ?? []) {
      threads.push(Number(thread));
      if (threads.length > mostTasks) break;
      const children = (await orNothing(readFile(`${folder}/${thread}/children`, 'latin1'))) ?? '';
      for (const child of children.split(' ')) if (child) pids.push(Number(child));
    }
  }
  return { pids, threads };
}

/** Pages that are mapped; a page that processes share counts once for each process. proc(5), statm */
async function readResident(pid: number): Promise<number> {
  const statm = await orNothing(readFile(`/proc/${pid}/statm`, 'latin1'));
  return Number(statm?.split(' ')[1] ?? 0) * pageBytes;
}

/** Files that have no name any more and are still open: they fill the disk as well. */
async function namelessBytes(pid: number): Promise<number> {
  let bytes = 0;
  for (const name of (await orNothing(readdir(`/proc/${pid}/fd`))) ?? []) {
    const status = await orNothing(stat(`/proc/${pid}/fd/${name}`));
    if (status?.isFile() && status.nlink === 0) bytes += status.blocks * blockBytes;
  }
  return bytes;
}

/** No tool makes folders in a writable folder, so only its own entries are checked: nothing of a stranger's is followed. */
async function filesIn(folder: string, most: number): Promise<{ bytes: number; files: number; folders: number }> {
  const sum = { bytes: 0, files: 0, folders: 0 };
  const entries = await orNothing(opendir(folder));
  if (!entries) return sum;
  for await (const { name } of entries) {
    const status = await orNothing(lstat(join(folder, name)));
    // Holes cost nothing; and a filesystem may set room aside behind the end of a file that grows (XFS).
    if (status) sum.bytes += Math.min(status.blocks * blockBytes, status.size);
    sum.files += 1;
    if (status?.isDirectory()) sum.folders += 1;
    if (sum.files > most) break;
  }
  return sum;
}

async function findExcess(
  { pids, threads }: Tasks,
  folders: readonly string[],
  { tasks: mostTasks, residentBytes, folderBytes, folderFiles }: WatchLimits,
): Promise<Excess | undefined> {
  if (threads.length > mostTasks) return 'tasks';
  let resident = 0;
  let written = 0;
  for (const pid of pids) {
    resident += await readResident(pid);
    written += await namelessBytes(pid);
  }
  if (resident > residentBytes) return 'memory';
  return excessIn(folders, { folderBytes: folderBytes - written, folderFiles });
}

/** Checks only the writable folders. Also called once a sandbox has ended, for files that were written between two checks. */
export async function excessIn(
  folders: readonly string[],
  { folderBytes, folderFiles }: Pick<WatchLimits, 'folderBytes' | 'folderFiles'>,
): Promise<'disk' | 'files' | undefined> {
  let written = 0;
  for (const folder of folders) {
    const { bytes, files, folders: inner } = await filesIn(folder, folderFiles);
    if (files > folderFiles || inner > 0) return 'files';
    written += bytes;
  }
  return written > folderBytes ? 'disk' : undefined;
}

/**
 * Checks a sandbox twice a second until stopped, and reports when it is over a limit. Each check has limits too.
 * @param stopped says at which limit the kernel has stopped it already
 * @param onLook gets the processes that run in it; many tools have ended before the second check
 */
export function watchSandbox(
  init: number,
  folders: readonly string[],
  limits: WatchLimits,
  {
    stopped: findStopped,
    onLook,
    onExcess,
  }: { stopped(): Excess | undefined; onLook(tasks: Tasks): void; onExcess(excess: Excess): void },
): () => void {
  let stopped = false;
  const next = (inMs: number): NodeJS.Timeout => setTimeout(() => void look(), inMs).unref();
  let timer = next(firstMs);
  const look = async (): Promise<void> => {
    const tasks = await tasksBelow(init, limits.tasks);
    if (stopped) return;
    onLook(tasks);
    const excess = findStopped() ?? (await orNothing(findExcess(tasks, folders, limits)));
    if (stopped) return;
    if (excess) onExcess(excess);
    else timer = next(everyMs);
  };
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
