import { mkdir, readdir, readFile, statfs, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { removeTree } from './tools/remove-tree.ts';

/** One folder for one attempt: a newer attempt of the same run never finds files that an older one still writes. */
type ScratchKey = { runId: string; fence: number };

/**
 * The scratch folders of one worker process: `<root>/<worker id>/<run id>.<fence>`. A worker id is never used twice. So the folder of a dead process is
 * rubbish, and the next worker on this host removes it.
 */
export type Scratch = {
  readonly workerId: string;
  /** The attempt's folder; created when it is missing. */
  open(key: ScratchKey): Promise<string>;
  discard(key: ScratchKey): Promise<void>;
  /** Bytes of the filesystem, and those of them that are free for an ordinary user. */
  space(): Promise<{ free: number; size: number }>;
  /** Removes all of this worker's folders. */
  close(): Promise<void>;
};

type Owner = { host: string; pid: number; started: string };

/** When a process started, in clock ticks since boot: with the pid it names a process for good (proc(5), field 22). */
async function readStartTime(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

const ownerFile = 'owner.json';

/** Removes folders of dead processes. Leaves folders of other hosts alone (a shared volume). */
async function sweep(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    const owner = await readFile(join(root, name, ownerFile), 'utf8')
      .then((text) => JSON.parse(text) as Owner)
      .catch(() => undefined);
    if (!owner || owner.host !== hostname()) continue;
    if ((await readStartTime(owner.pid)) !== owner.started) await removeTree(join(root, name));
  }
}

export async function openScratch(root: string, workerId: string): Promise<Scratch> {
  const home = join(root, workerId);
  await mkdir(root, { recursive: true });
  await sweep(root);
  await mkdir(home, { mode: 0o700 });
  const owner: Owner = { host: hostname(), pid: process.pid, started: (await readStartTime(process.pid)) ?? '' };
  await writeFile(join(home, ownerFile), JSON.stringify(owner));

  const nameFolder = ({ runId, fence }: ScratchKey): string => join(home, `${runId}.${fence}`);
  return {
    workerId,
    open: async (key) => {
      const folder = nameFolder(key);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      return folder;
    },
    discard: (key) => removeTree(nameFolder(key)),
    space: async () => {
      const { bavail, blocks, bsize } = await statfs(home);
      return { free: bavail * bsize, size: blocks * bsize };
    },
    close: () => removeTree(home),
  };
}
