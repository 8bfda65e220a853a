import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { tied } from '../../dev/stack/service.ts';
import { pythonWith } from './python-packages.ts';

/** OpenStack's own clients from PyPI, pinned in openstack-clients.txt. */

const run = promisify(execFile);
const pins = join(import.meta.dirname, 'openstack-clients.txt');

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

class Terminal(io.StringIO):
    def isatty(self):
        return True

# What is no terminal holds an image's data: the clients would read it to its end, and a pipe from here has none.
sys.stdin = Terminal()
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
  const python = await pythonWith(pins);
  const call = async (env: Record<string, string>, ...args: string[]): Promise<unknown> => {
    const { stdout } = await run(...tied(python, ['-c', ...args]), {
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
