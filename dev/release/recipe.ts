/** The container image as the Dockerfile describes it, for those who build it without Docker: one place says what is in the image. */

export type Recipe = {
  /** Debian's release, from the name of the base image. */
  suite: string;
  packages: readonly string[];
  /** Arguments of useradd(8). */
  user: readonly string[];
  /** Folders of the user. */
  folders: readonly string[];
  home: string;
  config: {
    User: string;
    WorkingDir: string;
    Env: string[];
    Labels: Record<string, string>;
    Entrypoint: string[];
    Cmd: string[];
  };
};

/** @throws Error that names the instruction that is missing or has another form */
export function readRecipe(dockerfile: string): Recipe {
  const lines = dockerfile
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n/g, ' ')
    .split('\n');
  // Only the last stage becomes the image.
  const stage = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')) + 1);
  const all = (name: string): string[] =>
    stage.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1).trim());
  const one = (name: string, texts: readonly (string | undefined)[]): string => {
    const [text] = texts;
    if (text === undefined) throw new Error(`Dockerfile: no ${name} that a release understands.`);
    return text;
  };
  const find = (name: string, expression: RegExp): string =>
    one(
      name,
      all('RUN')
        .map((line) => expression.exec(line)?.[1])
        .filter((found) => found !== undefined),
    );
  const pairs = (name: string): string[] =>
    all(name).flatMap((line) =>
      [...line.matchAll(/([\w.]+)=(?:"([^"]*)"|(\S+))/g)].map(([, key, a, b]) => `${key}=${a ?? b}`),
    );
  const words = (text: string): string[] => text.trim().split(/ +/);
  const list = (name: string): string[] => JSON.parse(one(name, all(name).toReversed())) as string[];
  return {
    suite: one('NODE_IMAGE', [/^ARG NODE_IMAGE=node:[\d.]+-(\w+)-slim$/m.exec(dockerfile)?.[1]]),
    packages: words(find('apt-get install', /apt-get install -y --no-install-recommends ([^&]+)/)),
    user: words(find('useradd', /useradd ([^&]+)/)),
    folders: words(find('install -d', /install -d -o \w+ -g \w+ ([^&]+)/)),
    home: one('WORKDIR', all('WORKDIR')),
    config: {
      User: one('USER', all('USER')),
      WorkingDir: one('WORKDIR', all('WORKDIR')),
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', ...pairs('ENV')],
      Labels: Object.fromEntries(
        pairs('LABEL').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
      ),
      Entrypoint: list('ENTRYPOINT'),
      Cmd: list('CMD'),
    },
  };
}
