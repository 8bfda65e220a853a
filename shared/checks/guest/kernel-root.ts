import type { LinuxView } from './guest-view.ts';
import { ifSeen, Unseen } from './unseen.ts';

/** The command line of the entry that starts; if that is not known, those of all entries. @throws Unseen when none is known */
export function listStartLines({ boot, startup }: LinuxView): readonly string[] {
  const lines = ifSeen(() => [boot.entry.commandLine], undefined) ?? startup.kernelLines;
  if (lines.length === 0) throw new Unseen({ reason: 'command-line' });
  return lines;
}

/** The value of `root=` in these lines. kernel-parameters.txt @throws Unseen when no line has one */
export function findRoot(view: LinuxView): string {
  for (const line of listStartLines(view)) {
    // The last one wins.
    const [, root] = [...line.matchAll(/(?:^|\s)root=(\S+)/g)].at(-1) ?? [];
    if (root) return root.replace(/^block:/, '').replaceAll('"', '');
  }
  throw new Unseen({ reason: 'command-line' });
}
