import { execFile, execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../support/eventually.ts';
import type { Engine } from './engine.ts';
import { composeProgram } from './stand-ins.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

export type ContainerState = { service: string; state: string; health: string; exitCode: number; id: string };

/** An installation of docker-compose.yml in a folder of its own, with its commands as docs/operate.md has them. */
export type ComposeInstallation = {
  folder: string;
  compose(...args: string[]): Promise<string>;
  containers(): Promise<ContainerState[]>;
  /** Until every service runs and is healthy, or has done its work. */
  settled(within: number): Promise<void>;
  secret(name: string): string;
  remove(): Promise<void>;
};

/** The files that git knows, and new ones that it does not ignore. */
function copySources(folder: string): void {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  for (const name of listed.toString().split('\0').filter(Boolean)) {
    mkdirSync(join(folder, dirname(name)), { recursive: true });
    try {
      copyFileSync(join(root, name), join(folder, name));
    } catch (error) {
      // Removed, and not yet for git.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

export async function openCompose(engine: Engine): Promise<ComposeInstallation> {
  const program = await composeProgram();
  const folder = mkdtempSync(join(tmpdir(), 'compose-installation-'));
  copySources(folder);
  // As .env.example and docs/operate.md say; the store is reached at the port of this host.
  writeFileSync(
    join(folder, '.env'),
    readFileSync(join(folder, '.env.example'), 'utf8').replace(
      'S3_PUBLIC_ENDPOINT=',
      'S3_PUBLIC_ENDPOINT=http://127.0.0.1:7070',
    ),
  );
  execFileSync('sh', ['deploy/make-secrets.sh'], { cwd: folder, stdio: 'ignore' });
  const compose = async (...args: string[]): Promise<string> => {
    try {
      const { stdout } = await run(program, args, {
        cwd: folder,
        env: { ...engine.env, COMPOSE_PROJECT_NAME: 'bootready-test', COMPOSE_ANSI: 'never' },
        maxBuffer: 64 * 1024 ** 2,
      });
      return stdout.trim();
    } catch (error) {
      const { stderr = '', stdout = '' } = error as { stderr?: string; stdout?: string };
      throw new Error(`docker compose ${args.join(' ')}: ${stderr}${stdout}`, { cause: error });
    }
  };
  const containers = async (): Promise<ContainerState[]> =>
    (await compose('ps', '--all', '--format', 'json'))
      .split('\n')
      .filter(Boolean)
      .map(
        (line) => JSON.parse(line) as { Service: string; State: string; Health: string; ExitCode: number; ID: string },
      )
      .map((each) => ({
        service: each.Service,
        state: each.State,
        health: each.Health,
        exitCode: each.ExitCode,
        id: each.ID,
      }));
  return {
    folder,
    compose,
    containers,
    secret: (name) => readFileSync(join(folder, 'secrets', name), 'utf8').trim(),
    settled: async (within) => {
      let waitedFor: ContainerState[] = [];
      await eventually(
        async () => {
          waitedFor = (await containers()).filter(
            ({ state, health, exitCode }) =>
              !(state === 'running' && (health === '' || health === 'healthy')) &&
              !(state === 'exited' && exitCode === 0),
          );
          return waitedFor.length === 0;
        },
        { within, what: 'all services run', every: 2000 },
      ).catch(async (error: Error) => {
        const logs = await compose('logs', '--tail', '20', ...waitedFor.map(({ service }) => service));
        throw new Error(`${error.message}: ${JSON.stringify(waitedFor)}\n${logs}`);
      });
    },
    remove: async () => {
      await compose('down', '--volumes', '--timeout', '10').catch(() => undefined);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
