/** An entry that a boot loader would start, according to its configuration. Paths are the loader's; variables are filled in. */
export type LoaderEntry = {
  id: string;
  title: string;
  kernel: string;
  initrds: readonly string[];
  commandLine: string;
};

/** The first word of a line, and what follows it. */
export function readKeyword(line: string, separator = /\s/): [keyword: string, rest: string] {
  const text = line.trim();
  const at = text.search(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1).trim()];
}

export type Variables = ReadonlyMap<string, string>;

/** As long as a kernel's command line can be; what results from filling in is cut there, for a value may name another that names another. */
export const longestText = 4096;

/** `$name` and `${name}`; what is not set is empty, as loaders have it. */
export function expand(text: string, variables: Variables): string {
  let room = longestText;
  return text
    .slice(0, longestText)
    .replaceAll(/\$(?:\{(\w{1,64})\}|(\w{1,64}))/g, (_, braced?: string, bare?: string) => {
      const value = (variables.get(braced ?? bare ?? '') ?? '').slice(0, Math.max(0, room));
      room -= value.length;
      return value;
    })
    .slice(0, longestText);
}

/** grubenv is lines of `name=value` in a block of 1024 bytes, filled up with `#`. grub-editenv(1) */
export function parseGrubEnvironment(lines: readonly string[]): Map<string, string> {
  return new Map(
    lines.flatMap((line) => {
      const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value.replaceAll(/\\(.)/g, '$1')] as const];
    }),
  );
}

/** Newest first, as loaders order versions: numbers by their value. */
export function byVersion(a: string, b: string): number {
  return b.localeCompare(a, 'en', { numeric: true });
}
