/** What a boot loader would start, as its configuration says it: paths are the loader's, variables filled in. */
export type LoaderEntry = {
  id: string;
  title: string;
  kernel: string;
  initrds: readonly string[];
  commandLine: string;
};

export type Variables = ReadonlyMap<string, string>;

/** `$name` and `${name}`; what is not set is empty, as loaders have it. */
export const expand = (text: string, variables: Variables): string =>
  text.replaceAll(
    /\$(?:\{(\w+)\}|(\w+))/g,
    (_, braced?: string, bare?: string) => variables.get(braced ?? bare ?? '') ?? '',
  );

/** grubenv is lines of `name=value` in a block of 1024 bytes, filled up with `#`. grub-editenv(1) */
export const parseGrubEnvironment = (lines: readonly string[]): Map<string, string> =>
  new Map(
    lines.flatMap((line) => {
      const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value.replaceAll(/\\(.)/g, '$1')] as const];
    }),
  );

/** Newest first, as loaders order versions: numbers by their value. */
export const byVersion = (a: string, b: string): number => b.localeCompare(a, 'en', { numeric: true });
