import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { QemuImgInfo } from '../../../shared/formats/qemu-info.ts';
import { pythonWith } from '../../support/python-packages.ts';

/**
 * Other readers of an image, each one long-lived process that answers file after file: QEMU told the format (its storage daemon, by QMP),
 * QEMU left to probe (qemu-io), and OpenStack's inspector. Both QEMUs run in namespaces of their own. What they open besides is told by the
 * block tree of the first, and by strace of the second, which sees what was closed again as well (and takes ten times as long on the first).
 */

type Reader = { stop(): void };

const system = ['/usr', '/lib', '/lib64', '/bin', '/sbin', '/etc/alternatives', '/etc/ld.so.cache'];

/** `/i` holds the images, `/canary` what no image may reach. */
function inSandbox(dir: string, command: readonly string[], traceTo?: string): ChildProcess {
  const sandbox = [
    ...['bwrap', '--unshare-all', '--die-with-parent', '--clearenv', '--setenv', 'PATH', '/usr/bin:/usr/sbin'],
    ...system.filter((path) => existsSync(path)).flatMap((path) => ['--ro-bind', path, path]),
    ...['--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp', '--tmpfs', '/var/tmp'],
    ...['--ro-bind', join(dir, 'i'), '/i', '--ro-bind', join(dir, 'canary'), '/canary', '--chdir', '/i'],
    ...['--', ...command],
  ];
  const trace = [
    'strace',
    '-f',
    '--seccomp-bpf',
    '-qq',
    '-s',
    '512',
    '-e',
    'trace=open,openat,openat2',
    '-e',
    'signal=none',
  ];
  const [program = '', ...args] = traceTo ? [...trace, '-o', traceTo, ...sandbox] : sandbox;
  return spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'] });
}

/** Paths that were opened since the last call and that are neither the image nor the program's own. */
function foreignOpens(log: string) {
  let offset = 0;
  return (image: string): string[] => {
    const file = openSync(log, 'r');
    const chunk = Buffer.alloc(1024 ** 2);
    const length = readSync(file, chunk, 0, chunk.length, offset);
    closeSync(file);
    offset += length;
    const opened = [...chunk.toString('latin1', 0, length).matchAll(/open(?:at2?)?\([^"]{0,40}"([^"]*)"/g)].map(
      ([, path = '']) => path,
    );
    // Before the image it is the sandbox that is made.
    const first = opened.indexOf(image);
    return (first < 0 ? [] : opened.slice(first)).filter(
      (path) => path !== image && !/^\/(?:usr|lib|lib64|etc|proc|sys|dev|bin|sbin)\//.test(path),
    );
  };
}

/** Answers in the order of questions; a process that ends or takes too long is begun again, and the question has no answer. */
function asking<T>(begin: () => { child: ChildProcess; answers: AsyncIterator<T> }, patienceMs = 10_000) {
  let current: ReturnType<typeof begin> | undefined;
  const stop = (): void => {
    current?.child.kill('SIGKILL');
    current = undefined;
  };
  return {
    stop,
    ask: async (question: string, count = 1): Promise<T[] | undefined> => {
      current ??= begin();
      const { child, answers } = current;
      child.stdin?.write(question);
      const got: T[] = [];
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<undefined>((resolve) => {
        timer = setTimeout(() => resolve(undefined), patienceMs);
      });
      try {
        while (got.length < count) {
          const next = await Promise.race([answers.next(), late]);
          if (!next || next.done) {
            stop();
            return undefined;
          }
          got.push(next.value);
        }
        return got;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

function readLines(child: ChildProcess): AsyncIterator<string> {
  child.stdin?.on('error', () => undefined);
  return createInterface({ input: child.stdout as never })[Symbol.asyncIterator]();
}

export type Told = { state: 'opens'; info: QemuImgInfo } | { state: 'refuses'; why: string } | { state: 'dies' };

export function openToldReader(
  dir: string,
): Reader & { read(image: string, format: string): Promise<Told & { opened: string[] }> } {
  const { ask, stop } = asking(() => {
    const child = inSandbox(dir, ['qemu-storage-daemon', '--chardev', 'stdio,id=c', '--monitor', 'chardev=c']);
    child.stdin?.write('{"execute":"qmp_capabilities"}\n');
    const lines = readLines(child);
    // The greeting, and what the first command gives.
    const answers = (async function* () {
      await lines.next();
      await lines.next();
      for (let line = await lines.next(); !line.done; line = await lines.next()) {
        const message = JSON.parse(line.value) as Record<string, never>;
        if (!('event' in message)) yield message;
      }
    })();
    return { child, answers };
  });
  const told = async (image: string, format: string): Promise<Told & { opened: string[] }> => {
    const driver = format === 'iso' ? 'raw' : format;
    const options = {
      driver,
      'node-name': 'n',
      'read-only': true,
      ...(['qcow2', 'qed', 'vmdk'].includes(driver) ? { backing: null } : {}),
      file: { driver: 'file', filename: image },
    };
    const add = JSON.stringify({ execute: 'blockdev-add', arguments: options });
    const remove = '{"execute":"blockdev-del","arguments":{"node-name":"n"}}';
    const [added, listed] = (await ask(`${add}\n{"execute":"query-named-block-nodes"}\n${remove}\n`, 3)) ?? [];
    if (!added || !listed) return { state: 'dies', opened: [] };
    if (added.error) return { state: 'refuses', why: (added.error as { desc: string }).desc, opened: [] };
    // An image that it opens and cannot describe: qemu-img info fails in the same way.
    if (listed.error) return { state: 'refuses', why: (listed.error as { desc: string }).desc, opened: [] };
    const nodes = listed.return as unknown as { 'node-name': string; drv: string; image: { filename: string } }[];
    const info = QemuImgInfo.parse(nodes.find((node) => node['node-name'] === 'n')?.image);
    const files = nodes.filter(({ drv }) => drv === 'file').map((node) => node.image.filename);
    return { state: 'opens', info, opened: files.filter((name) => name !== image) };
  };
  return { stop, read: (image, format) => told(`/i/${image}`, format) };
}

export function openProbingReader(
  dir: string,
  lane: number,
): Reader & { read(image: string): Promise<{ format: string; opened: string[] }> } {
  const log = join(dir, `probing-${lane}.log`);
  const opens = foreignOpens(log);
  const { ask, stop } = asking(() => {
    const child = inSandbox(dir, ['qemu-io', '-r'], log);
    return { child, answers: promptsOf(child) };
  });
  return {
    stop,
    read: async (image) => {
      // One by one: qemu-io takes one command off a pipe each time that something arrives.
      const opening = await ask(`open -r /i/${image}\n`);
      const info = opening && (await ask('info\n'));
      const closed = info && (await ask('close\n'));
      const format = /^format name: (\S+)/m.exec(info?.[0] ?? '')?.[1];
      return { format: closed ? (format ?? 'unreadable') : 'dies', opened: opens(`/i/${image}`) };
    },
  };
}

const prompt = 'qemu-io> ';
/** What stands between two prompts, the first one left out. */
const promptsOf = async function* (child: ChildProcess): AsyncGenerator<string> {
  child.stdin?.on('error', () => undefined);
  let text = '';
  let begun = false;
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    text += chunk.toString('latin1');
    for (let at = text.indexOf(prompt); at >= 0; at = text.indexOf(prompt)) {
      const answer = text.slice(0, at);
      text = text.slice(at + prompt.length);
      if (begun) yield answer;
      begun = true;
    }
  }
};

export type OsloAnswer = { format?: string; safe?: boolean; why?: string[]; error?: string };

export async function openOsloReader(dir: string): Promise<Reader & { read(image: string): Promise<OsloAnswer> }> {
  const python = await pythonWith(join(import.meta.dirname, '../../support/oslo-utils.txt'));
  const script = join(import.meta.dirname, 'oslo-inspect.py');
  const { ask, stop } = asking(() => {
    const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'ignore'] });
    return { child, answers: readLines(child) };
  });
  return {
    stop,
    read: async (image) => {
      const [line] = (await ask(`${join(dir, 'i', image)}\n`)) ?? [];
      return line === undefined ? { error: 'dies' } : (JSON.parse(line) as OsloAnswer);
    },
  };
}
