import { byVersion, expand, type LoaderEntry, readKeyword, type Variables } from './entry.ts';

/** One file of loader/entries. UAPI.1, Boot Loader Specification: keys may be repeated; GRUB fills variables in ($kernelopts). */
export function parseBlsEntry(id: string, lines: readonly string[], variables: Variables): LoaderEntry | undefined {
  const values = (key: string): string[] =>
    lines.flatMap((line) => {
      const [name, value] = readKeyword(line);
      return name === key && value ? [expand(value, variables).trim()] : [];
    });
  const [kernel] = values('linux');
  if (!kernel) return undefined;
  return {
    id,
    title: values('title')[0] ?? '',
    kernel,
    initrds: values('initrd').flatMap((value) => value.split(/\s+/).filter((path) => path !== '')),
    commandLine: values('options').join(' '),
  };
}

/** Newest first; the names of the files hold the version. */
export function sortBlsEntries(entries: readonly LoaderEntry[]): LoaderEntry[] {
  return entries.toSorted((a, b) => byVersion(a.id, b.id));
}

/**
 * loader.conf(5): `default` is a pattern of file names; without it the newest. Undefined where it was chosen at an earlier start (`@saved`), which EFI
 * variables hold, or where the pattern means a unified kernel image.
 */
export function chooseLikeSystemdBoot(
  conf: readonly string[],
  entries: readonly LoaderEntry[],
): LoaderEntry | undefined {
  const wanted = conf.map((line) => /^\s*default\s+(\S+)/.exec(line)?.[1]).find((each) => each !== undefined);
  if (wanted === undefined) return entries[0];
  const parts = wanted.split('*');
  return entries.find(({ id }) => [id, `${id}.conf`].some((name) => fits(name, parts)));
}

/** Whether a name is made of the parts with anything between them. */
function fits(name: string, parts: readonly string[]): boolean {
  const [first = '', ...rest] = parts;
  if (!name.startsWith(first)) return false;
  if (rest.length === 0) return name === first;
  let at = first.length;
  for (const part of rest.slice(0, -1)) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  const last = rest.at(-1) ?? '';
  return name.length - last.length >= at && name.endsWith(last);
}
