import { readdirSync, readFileSync } from 'node:fs';

/**
 * The processes in whose sandbox a folder of this name is mounted, the dying ones too. Command lines show nothing of the host, and are gone as soon as a process
 * begins to die.
 */
export function processesWith(folder: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/mountinfo`, 'utf8').includes(folder);
    } catch {
      return false;
    }
  });
}
