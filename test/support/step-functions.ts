import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openForeignDoor } from '../../adapters/foreign/door.ts';
import { cacheDir } from '../../dev/stack/tool-path.ts';
import type { BootCheck } from '../../shared/checks/examine.ts';
import type { RepairChange } from '../../shared/contracts/repair.ts';
import type { GuestFacts } from '../../shared/contracts/run.ts';
import type { Remedy } from '../../shared/remedies/define.ts';
import { type BootCheckInput, bootCheck } from '../../workers/activities/boot-check.ts';
import { type Inspected, inspectDisk } from '../../workers/activities/inspect.ts';
import { mendDisk } from '../../workers/repair/mend.ts';

/** Steps of a run called by themselves, on a raw disk. */

const foreign = openForeignDoor();
function control() {
  return { signal: new AbortController().signal, progress: () => undefined };
}

async function inScratch<T>(work: (scratchDir: string) => Promise<T>): Promise<T> {
  const scratchDir = await mkdtemp(join(tmpdir(), 'step-'));
  try {
    return await work(scratchDir);
  } finally {
    await rm(scratchDir, { recursive: true, force: true });
  }
}

export function inspect(path: string): Promise<Inspected> {
  return inScratch((scratchDir) =>
    inspectDisk({ cacheDir: cacheDir(), foreign }, { path, format: 'raw', scratchDir }, control()),
  );
}

/** Changes the disk. */
export function mend(path: string, remedies: readonly Remedy[], packageHosts: string[] = []): Promise<RepairChange[]> {
  return inScratch(async (scratchDir) => {
    const disk = { path, format: 'raw', virtualSize: (await stat(path)).size } as const;
    return mendDisk({ cacheDir: cacheDir(), foreign, packageHosts }, { disk, remedies, scratchDir }, control());
  });
}

type Boot = Pick<BootCheckInput, 'isBackup'> & {
  path: string;
  virtualSize: number;
  guest: GuestFacts;
  seconds?: BootCheckInput['seconds'];
};

/** @returns what the step returns, and what the console said */
export function boot({
  path,
  virtualSize,
  guest,
  seconds,
  isBackup = false,
}: Boot): Promise<BootCheck & { console: string }> {
  return inScratch(async (scratchDir) => {
    const kept = new Map<string, Buffer>();
    const check = await bootCheck(
      { foreign },
      {
        disk: { path, format: 'raw', virtualSize },
        policy: 'require',
        isBackup,
        seconds: seconds ?? { kvm: 180, tcg: 600 },
        keep: async (name, _type, body) => {
          kept.set(name, body);
          return { bucket: 'images', key: name };
        },
        guest,
        scratchDir,
      },
      control(),
    );
    return { ...check, console: kept.get('serial.log')?.toString() ?? '' };
  });
}
