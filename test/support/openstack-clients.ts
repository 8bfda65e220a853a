import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { tieToUs } from '../../dev/stack/service.ts';
import { pythonWith } from './python-packages.ts';

/** OpenStack's own clients from PyPI, pinned in openstack-clients.txt. */

const pins = join(import.meta.dirname, 'openstack-clients.txt');

export type Ran = { code: number; stdout: string; stderr: string };
export type OpenStackClients = {
  /** Commands of `openstack`, one after the other. Their input is a terminal, or the file that `STDIN` names. */
  openstack(env: Record<string, string>, ...commands: string[][]): Promise<Ran[]>;
  glance(env: Record<string, string>, ...commands: string[][]): Promise<Ran[]>;
  /** A script of openstacksdk that has `connection`; prints one JSON value. */
  sdk(env: Record<string, string>, script: string): Promise<unknown>;
  /** The commands of images that each of the two has, as it is installed. */
  commands(): Promise<{ openstack: string[]; glance: string[] }>;
};

/**
 * Serves one client: a line of JSON for each question, and one for its answer, null where there is none. Most of a command's time is
 * its imports; so they are done once, and each question is answered by a fork, which no earlier one has changed.
 * `answer(question)` is the client's; the environment is that of the question alone.
 */
function server(answer: string): string {
  return `
import contextlib, io, json, os, sys, traceback

class Terminal(io.StringIO):
    def isatty(self):
        return True

questions, answers = sys.stdin, sys.stdout
# What is no terminal holds an image's data: the clients would read it to its end.
sys.stdin = Terminal()
${answer}
for line in questions:
    fork = os.fork()
    if fork == 0:
        try:
            asked = json.loads(line)
            os.environ.update(asked["env"])
            if "STDIN" in os.environ:
                sys.stdin = open(os.environ["STDIN"])
            print(json.dumps(answer(asked["question"])), file=answers, flush=True)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    if os.waitpid(fork, 0)[1] != 0:
        print("null", file=answers, flush=True)
`;
}

/** The entry point of a client as its console script calls it, for each command. */
function serveCommands(client: string): string {
  return `
from ${client}.shell import main

def answer(commands):
    ran = []
    for command in commands:
        sys.argv = ["client", *command]
        out, err, code = io.StringIO(), io.StringIO(), 0
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = main()
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else 1
        ran.append({"code": code or 0, "stdout": out.getvalue(), "stderr": err.getvalue()})
    return ran

# Loads what the commands of images are made of.
answer([["help", "image", "list"], ["help", "image-list"]])
`;
}

const scripts = `
import openstack

def answer(script):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(script, {"json": json, "connection": openstack.connect()})
    return json.loads(out.getvalue())
`;

const listCommands = `
from importlib.metadata import entry_points
import glanceclient.v2.shell as glance
print(json.dumps({
    "openstack": sorted(point.name.replace("_", " ") for point in entry_points(group="openstack.image.v2")),
    "glance": sorted(name[3:].replace("_", "-") for name in dir(glance) if name.startswith("do_")),
}))
`;

type Answered = (env: Record<string, string>, question: unknown) => Promise<unknown>;

/** Started with the first question, ends with us. Questions are answered in their order. */
function serve(python: string, answer: string): Answered {
  const start = () => {
    const child = spawn(...tieToUs(python, ['-c', server(answer)]), {
      env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent', PYTHONWARNINGS: 'ignore' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    // A file that has ended does not wait for it.
    child.unref();
    for (const stream of child.stdio) (stream as Socket | null)?.unref();
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-5000);
    });
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    return { child, lines, said: () => said };
  };
  let running: ReturnType<typeof start> | undefined;
  let before: Promise<unknown> = Promise.resolve();
  const ask: Answered = async (env, question) => {
    running ??= start();
    running.child.stdin.write(`${JSON.stringify({ env, question })}\n`);
    const { value, done } = await running.lines.next();
    const answered: unknown = done ? null : JSON.parse(value);
    if (answered === null) throw new Error(`The client gave no answer: ${running.said()}`);
    return answered;
  };
  return (env, question) => {
    const answered = before.then(() => ask(env, question));
    before = answered.catch(() => undefined);
    return answered;
  };
}

export async function openStackClients(): Promise<OpenStackClients> {
  const python = await pythonWith(pins);
  const openstack = serve(python, serveCommands('openstackclient'));
  const glance = serve(python, serveCommands('glanceclient'));
  const sdk = serve(python, scripts);
  return {
    commands: () =>
      sdk({ OS_AUTH_URL: 'http://127.0.0.1' }, listCommands) as Promise<{ openstack: string[]; glance: string[] }>,
    openstack: (env, ...commands) => openstack(env, commands) as Promise<Ran[]>,
    glance: (env, ...commands) => glance(env, commands) as Promise<Ran[]>,
    sdk,
  };
}
