import type { LinuxView } from './view.ts';

/** `root=` of the command line of the entry that is started; of any entry where that cannot be told. kernel-parameters.txt */
export const rootOf = ({ boot, startup: { kernelLines } }: LinuxView): string | undefined => {
  for (const line of boot.entry ? [boot.entry.commandLine] : kernelLines) {
    // The last one wins.
    const [, root] = [...line.matchAll(/(?:^|\s)root=(\S+)/g)].at(-1) ?? [];
    if (root) return root.replace(/^block:/, '').replaceAll('"', '');
  }
  return undefined;
};
