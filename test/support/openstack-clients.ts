import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDir } from '../../dev/stack/tool-path.ts';

/** OpenStack's own clients from PyPI, pinned in openstack-clients.txt; installed once, then kept. */

const run = promisify(execFile);
const pins = join(import.meta.dirname, 'openstack-clients.txt');

/** The python of a virtual environment that has them. Throws, and never skips, where they cannot be had. */
const clientsPython = async (): Promise<string> => {
  const hash = createHash('sha256').update(readFileSync(pins)).digest('hex').slice(0, 12);
  const home = join(cacheDir(), `openstack-clients-${hash}`);
  const python = join(home, 'bin', 'python');
  if (existsSync(python)) return python;
  await mkdir(cacheDir(), { recursive: true });
  const work = await mkdtemp(join(cacheDir(), 'openstack-clients-partial-'));
  try {
    await run('python3', ['-m', 'venv', work]);
    await run(join(work, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '--no-deps', '-r', pins]);
    await rename(work, home).catch((error: NodeJS.ErrnoException) => {
      // Another run was first.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } catch (cause) {
    throw new Error("OpenStack's clients cannot be installed: python3 with venv and a PyPI are needed.", { cause });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return python;
};

export type Ran = { code: number; stdout: string; stderr: string };
export type OpenStackClients = {
  /** Commands of `openstack`, one after the other in one process: most of a command's time is its imports. */
  openstack(env: Record<string, string>, ...commands: string[][]): Promise<Ran[]>;
  glance(env: Record<string, string>, ...commands: string[][]): Promise<Ran[]>;
  /** A script of openstacksdk that has `connection`; prints one JSON value. */
  sdk(env: Record<string, string>, script: string): Promise<unknown>;
};

/** The entry point of a client as its console script calls it, for each command; a JSON list of what came of them. */
const batch = (client: string): string => `
import contextlib, io, json, sys
from ${client}.shell import main
ran = []
for command in json.loads(sys.argv[1]):
    sys.argv = ["client", *command]
    out, err, code = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
    ran.append({"code": code or 0, "stdout": out.getvalue(), "stderr": err.getvalue()})
print(json.dumps(ran))
`;

export const openStackClients = async (): Promise<OpenStackClients> => {
  const python = await clientsPython();
  const call = async (env: Record<string, string>, ...args: string[]): Promise<unknown> => {
    const { stdout } = await run(python, ['-c', ...args], {
      env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent', PYTHONWARNINGS: 'ignore', ...env },
      maxBuffer: 64 * 1024 ** 2,
    });
    return JSON.parse(stdout);
  };
  return {
    openstack: (env, ...commands) => call(env, batch('openstackclient'), JSON.stringify(commands)) as Promise<Ran[]>,
    glance: (env, ...commands) => call(env, batch('glanceclient'), JSON.stringify(commands)) as Promise<Ran[]>,
    sdk: (env, script) => call(env, `import json, openstack\nconnection = openstack.connect()\n${script}`),
  };
};
