import { BootreadyError } from '../../shared/errors.ts';
import { machineWrites } from '../../shared/limits/foreign-limits.ts';
import { createAnswers } from './answers.ts';
import { type AskGuestfish, applianceIsGone, askWhetherDone } from './guestfish-complaints.ts';
import { kvmWorks } from './kvm.ts';
import { sandboxOption } from './qemu-options.ts';
import { type SandboxEnd, spawnSandboxed, toToolError } from './sandbox.ts';

/**
 * The most bytes of one answer; a longer one does not count. Enough for twenty thousand packages with their descriptions, which is the limit of a bill of
 * materials.
 */
const largestAnswer = 32 * 1024 ** 2;

/** guestfish's double quotes know C escapes; a name with a quote or a newline in it must not become a command. */
function quote(text: string): string {
  return `"${[...Buffer.from(text, 'utf8')]
    .map((byte) =>
      byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c
        ? String.fromCharCode(byte)
        : `\\x${byte.toString(16).padStart(2, '0')}`,
    )
    .join('')}"`;
}

export type GuestfishOptions = {
  disk: { path: string; format: 'raw' | 'qcow2' };
  /** Lets commands change the disk, up to this many bytes of its file; without it the disk is read-only. */
  writableBytes?: number;
  /** The bytes that it may write beside the disk: an overlay, and files that it fetches. */
  writesAtMost?: number;
  /** A Unix socket that becomes the port 3128 of `gateway` to the appliance: its only network. */
  proxySocket?: string | undefined;
  /** Further disks, raw and read-only: paths inside to paths outside. They come after the disk. */
  furtherDisks?: Readonly<Record<string, string>>;
  /** Folders and files that commands may upload: paths inside to paths outside. */
  readOnly?: Readonly<Record<string, string>>;
  /** A folder for downloads; it is `/out` to the commands. */
  outputDir: string;
  appliance: string;
  /** The time limit for all questions together, in seconds; by default half an hour. */
  wallSeconds?: number;
  signal: AbortSignal;
};

/** The address that QEMU's user network gives to the loopback of its own namespace, as libguestfs sets it up. */
export const gateway = '169.254.2.2';

/** From the loopback of the sandbox, which has no other network, to the socket that is bound in. */
const bridge = `
const { connect, createServer } = require('node:net');
createServer((inside) => {
  const outside = connect('/proxy');
  inside.on('error', () => outside.destroy()).on('close', () => outside.destroy());
  outside.on('error', () => inside.destroy()).on('close', () => inside.destroy());
  inside.pipe(outside).pipe(inside);
}).listen(3128, '127.0.0.1');`;

/** The memory of the appliance. */
const memoryMiB = 768;

/** libguestfs starts QEMU itself, and has no setting for QEMU's own filter of system calls. guestfs(3), LIBGUESTFS_HV */
const confinedQemu = `#!/bin/sh
exec qemu-system-x86_64 ${sandboxOption.join(' ')} "$@"
`;

/**
 * The reader works on this overlay instead of the disk. Not on libguestfs' own overlay (`readonly:true`): there QEMU would probe the format of the disk, and
 * could mistake the contents for another format. A disk that is encrypted as a whole would not open, and a disk that holds a qcow2 could name files to read.
 */
const overlay = { path: '/out/overlay.qcow2', format: 'qcow2' } as const;

/**
 * Starts the appliance on the disk, by default read-only and always with its format given, and ends it with all of its processes. It runs in the sandbox,
 * because a hostile filesystem may take control of the appliance's kernel, and from there of its QEMU. Answers are passed on unchanged: the code behind the
 * door parses them.
 * @throws BootreadyError `tool-failed` (retryable) when the appliance does not start or dies; `tool-killed` when it exceeded its time, memory or room, because
 * the same disk would do it again
 */
export async function withGuestfish<T>(
  options: GuestfishOptions,
  work: (asked: AskGuestfish) => Promise<T>,
): Promise<T> {
  const { disk, writableBytes, proxySocket, furtherDisks = {}, readOnly, outputDir, appliance, signal } = options;
  const limits = {
    wallSeconds: options.wallSeconds ?? 1800,
    cpuSeconds: 1800,
    memoryBytes: 0,
    residentBytes: (memoryMiB + 2048) * 1024 ** 2,
    fileBytes: Math.max(options.writesAtMost ?? machineWrites.inspect.most, writableBytes ?? 0),
  };
  const kvm = await kvmWorks();
  const child = spawnSandboxed({
    command: 'sh',
    profile: proxySocket ? 'appliance-with-network' : 'appliance',
    args: [
      '-ec',
      `exec 2>&1
printf '%s' "$QEMU" >"$LIBGUESTFS_HV"
chmod 500 "$LIBGUESTFS_HV"
${proxySocket ? '/node -e "$BRIDGE" >/dev/null 2>&1 &' : ''}
${writableBytes ? '' : `qemu-img create -q -f qcow2 -b /in/disk -F ${disk.format} ${overlay.path}`}
exec guestfish`,
    ],
    readOnly: {
      '/appliance': appliance,
      ...furtherDisks,
      ...readOnly,
      ...(proxySocket ? { '/node': process.execPath } : {}),
      ...(writableBytes ? {} : { '/in/disk': disk.path }),
    },
    writable: {
      '/out': outputDir,
      ...(proxySocket ? { '/proxy': proxySocket } : {}),
      ...(writableBytes ? { '/in/disk': disk.path } : {}),
    },
    ...(kvm ? { devices: ['/dev/kvm'] } : {}),
    env: {
      LIBGUESTFS_BACKEND: 'direct',
      LIBGUESTFS_PATH: '/appliance',
      LIBGUESTFS_MEMSIZE: String(memoryMiB),
      LIBGUESTFS_HV: '/tmp/qemu',
      QEMU: confinedQemu,
      ...(proxySocket ? { BRIDGE: bridge } : {}),
      ...(kvm ? {} : { LIBGUESTFS_BACKEND_SETTINGS: 'force_tcg' }),
    },
    limits,
    signal,
  });
  const answers = createAnswers(largestAnswer);
  let wake = (): void => undefined;
  let ended: SandboxEnd | undefined;
  child.stdout.on('data', (chunk: Buffer) => {
    answers.push(chunk);
    wake();
  });
  void child.exited.then((end) => {
    ended = end;
    wake();
  });

  let count = 0;
  let said = '';
  const askOnce: AskGuestfish = async (command, args) => {
    // Arguments are quoted, the command is not.
    if (!/^[a-z][a-z0-9-]{0,40}$/.test(command)) throw new Error('guestfish has no such command');
    const marker = `=end-${++count}-${crypto.randomUUID()}=`;
    child.stdin.write(`-${[command, ...args.map(quote)].join(' ')}\necho ${marker}\n`);
    for (;;) {
      const answer = answers.take(marker);
      if (answer === 'too-long') return undefined;
      if (answer !== undefined) {
        said = answer.toString('latin1', 0, 2000);
        // Our mistake, and no answer of the guest's.
        if (said.trimStart().startsWith(`${command}: unknown command\n`))
          throw new Error(`guestfish has no command ${command}`);
        if (applianceIsGone(answer)) throw makeDiedError(said);
        return answer;
      }
      signal.throwIfAborted();
      if (ended?.timedOut || ended?.excess) {
        throw toToolError({ command: 'guestfish', limits }, { ...ended, stderr: answers.rest() });
      }
      if (ended) throw makeDiedError(answers.rest());
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const done = askWhetherDone(askOnce);

  try {
    await done('set-network', proxySocket ? 'true' : 'false');
    if (writableBytes) await done('add-drive', '/in/disk', `format:${disk.format}`);
    else await done('add-drive', overlay.path, `format:${overlay.format}`, 'cachemode:unsafe');
    for (const path of Object.keys(furtherDisks)) await done('add-drive', path, 'readonly:true', 'format:raw');
    if (!(await done('run'))) throw makeDiedError(said);
    return await work(askOnce);
  } finally {
    await child.kill();
  }
}

function makeDiedError(output: string): BootreadyError {
  return new BootreadyError({
    code: 'tool-failed',
    message: 'The appliance that inspects images did not start, or it died.',
    remedy: 'Run "bootready doctor" on the worker; "libguestfs-test-tool" shows more.',
    retryable: true,
    context: { output: output.slice(-2000) },
  });
}
