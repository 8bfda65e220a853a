import { incomplete } from '../../shared/checks/guest/checks.ts';
import { foreignLimits } from '../../shared/limits/foreign-limits.ts';
import { type ForeignDoor, foreignTask } from '../../shared/ports/foreign.ts';
import type { AskGuestfish } from '../tools/guestfish-complaints.ts';
import { initramfsHelpers } from './initramfs-files.ts';
import type { Looked } from './look-contract.ts';
import { rememberAnswers } from './remembered.ts';

export const lookTask = foreignTask<typeof import('./look-task.ts').look>(
  import.meta.url,
  './look-task.ts',
  'look',
  foreignLimits.look,
);

export type LookOptions = {
  /** A backup is judged by other rules (shared/checks/backup.ts). */
  isBackup: boolean;
  /** `/out` to guestfish. */
  outputDir: string;
  /** For temporary files of the host; no sandbox sees it. */
  hostDir: string;
  /** Bytes that may come out of an initramfs. */
  unpacksAtMost: number;
  signal: AbortSignal;
  progress: (percent: number) => void;
};

/**
 * Inspects an image behind the door. If a part exceeds its limits, the inspection runs again without it, and uses the answers that it already has. The only
 * finding about such a part is that it was not seen.
 */
export async function inspectInside(
  door: ForeignDoor,
  asked: AskGuestfish,
  { isBackup, outputDir, hostDir, unpacksAtMost, signal, progress }: LookOptions,
): Promise<Looked> {
  const memory = rememberAnswers(asked);
  const initramfs = initramfsHelpers(asked, { outputDir, hostDir, unpacksAtMost, signal });
  const helpers = {
    ask: memory.ask,
    progress: async (percent: number) => progress(percent),
    ...initramfs.helpers,
  };
  const without: string[] = [];
  try {
    for (;;) {
      const result = await door.run(lookTask, { isBackup, without }, helpers, signal);
      if (result.state === 'done') return result.value;
      const { part } = result;
      // A limit that is not exceeded by one part concerns all parts.
      if (part === undefined || without.includes(part))
        return { facts: {}, packages: [], findings: incomplete(['all']) };
      without.push(part);
      await memory.again();
    }
  } finally {
    await initramfs.close();
  }
}
