import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installSystemPackages } from '../../dev/setup/apt.ts';
import { startServer } from '../../dev/stack/service.ts';
import { cacheDir } from '../../dev/stack/tool-path.ts';

const run = promisify(execFile);
const forwarding = '/proc/sys/net/ipv4/ip_forward';

/** Docker's own engine from Debian, for the tests alone: nothing of it meets an engine that this machine may have. */
export type Engine = {
  env: Record<string, string>;
  /** Runs `docker` and returns what it prints. Throws an error with `stderr`. */
  docker(...args: string[]): Promise<string>;
  stop(): Promise<void>;
};

/**
 * Starts the engine. Its images are kept in the cache folder, so that the next run is quick. Rules of the packet filter and the
 * kernel's switch for forwarding are afterwards as they were before. Needs root.
 */
export async function startEngine(): Promise<Engine> {
  await installSystemPackages([
    { name: 'docker.io', reason: "the containers' engine", programs: ['dockerd', 'containerd'] },
    { name: 'runc', reason: 'the containers', programs: ['runc'] },
    { name: 'iptables', reason: "the containers' networks", programs: ['iptables-save'] },
  ]);
  const home = await mkdtemp(join(tmpdir(), 'engine-'));
  const images = join(cacheDir(), 'container-images');
  await mkdir(images, { recursive: true });
  const socket = `unix://${join(home, 'docker.sock')}`;
  const rules = execFileSync('iptables-save', { encoding: 'utf8' });
  const forwarded = await readFile(forwarding, 'utf8');
  const env = {
    ...(process.env as Record<string, string>),
    DOCKER_HOST: socket,
    DOCKER_BUILDKIT: '1',
    DOCKER_CONFIG: home,
  };
  // Debian's, whatever else is in PATH under this name.
  const program = existsSync('/usr/bin/docker') ? '/usr/bin/docker' : 'docker';
  const docker = async (...args: string[]): Promise<string> =>
    (await run(program, args, { env, maxBuffer: 64 * 1024 ** 2 })).stdout.trim();
  const service = await startServer({
    name: 'The engine of containers',
    command: 'dockerd',
    // No bridge that all containers would share: compose makes its own, and builds use the network of the host.
    args: [
      ...['--data-root', images, '--exec-root', join(home, 'exec'), '--pidfile', join(home, 'pid'), '-H', socket],
      ...['--bridge', 'none', '--oom-score-adjust', '0'],
    ],
    logFile: join(home, 'dockerd.log'),
    ready: async () => (await docker('version', '--format', '{{.Server.Version}}')) !== '',
    startSeconds: 60,
    graceSeconds: 60,
  });
  return {
    env,
    docker,
    stop: async () => {
      // What an earlier wording made, and volumes without a name.
      for (const kind of ['image', 'volume']) await docker(kind, 'prune', '--force').catch(() => undefined);
      await service.stop();
      // An engine that was killed before leaves its folder mounted on itself.
      await run('umount', [images]).catch(() => undefined);
      const restoring = execFile('iptables-restore');
      restoring.stdin?.end(rules);
      await new Promise((resolve) => restoring.once('close', resolve));
      await writeFile(forwarding, forwarded);
      await rm(home, { recursive: true, force: true });
    },
  };
}
