import { Readable } from 'node:stream';
import { runSandboxed } from './sandbox.ts';

const MiB = 1024 ** 2;
/** Hives are some tens of MiB; SOFTWARE may have more than a hundred. */
const mostOfHive = 1024 * MiB;

/**
 * Merges edits in the format of regedit into a hive in the folder. The hive is the guest's, so it runs in the sandbox, which sees only this folder. guestfish's
 * own commands for hives cannot write a zero byte. hivexregedit(1)
 * @throws BootreadyError `tool-failed`, `tool-killed`, `tool-missing`
 */
export async function mergeIntoHive(dir: string, name: string, edits: string, signal: AbortSignal): Promise<void> {
  await runSandboxed({
    command: 'hivexregedit',
    profile: 'script',
    args: ['--merge', `/out/${name}`],
    writable: { '/out': dir },
    stdin: Readable.from([edits]),
    limits: { wallSeconds: 120, cpuSeconds: 60, memoryBytes: 2048 * MiB, fileBytes: mostOfHive },
    signal,
  });
}
