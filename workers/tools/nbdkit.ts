import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { BootreadyError } from '../../shared/errors.ts';
import type { ByteSource } from '../../shared/ports/byte-source.ts';
import { openByteGateway } from './byte-gateway.ts';
import { openSocket } from './output.ts';
import { removeTree } from './remove-tree.ts';
import { spawnSandboxed } from './sandbox.ts';

/** A block node for QEMU and what must be bound into its sandbox for it. */
export type BlockInput = { node: Record<string, unknown>; readOnly: Record<string, string> };

/**
 * Offers a source to an image tool as an NBD export on a unix socket: nbdkit's curl plugin reads our gateway. Source and tool have separate sandboxes, without
 * network. nbdkit-curl-plugin(1)
 * @throws the error of the source, if the source failed; otherwise the error of `work`
 */
export async function withNbd<T>(
  source: ByteSource,
  scratchDir: string,
  work: (input: BlockInput) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const dir = await mkdtemp(join(scratchDir, 'nbd-'));
  await mkdir(join(dir, 'http'));
  await mkdir(join(dir, 'nbd'));
  const gateway = await openByteGateway(source, join(dir, 'http', 's'), signal);
  const nbdkit = spawnSandboxed({
    command: 'nbdkit',
    profile: 'block',
    args: [
      ...['--foreground', '--readonly', '--exit-with-parent', '--unix', '/nbd/s', '--threads', '8'],
      ...['curl', 'url=http://localhost/disk', 'unix-socket-path=/http/s', 'timeout=600'],
    ],
    readOnly: { '/http': join(dir, 'http') },
    writable: { '/nbd': join(dir, 'nbd') },
    limits: { wallSeconds: 48 * 3600, cpuSeconds: 48 * 3600, memoryBytes: 2 * 1024 ** 3, fileBytes: 0 },
    ...(signal ? { signal } : {}),
  });
  let stderr = '';
  nbdkit.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-4000);
  });
  nbdkit.stdout.resume();
  try {
    await waitForSocket(join(dir, 'nbd', 's'), nbdkit.exited, () => stderr, signal);
    const result = await work({
      node: { driver: 'nbd', server: { type: 'unix', path: '/nbd/s' }, export: '' },
      readOnly: { '/nbd': join(dir, 'nbd') },
    });
    // A tool calls it an I/O error, and its caller perhaps a damaged image; it was the source.
    if (gateway.error()) throw gateway.error();
    return result;
  } catch (error) {
    throw gateway.error() ?? error;
  } finally {
    await nbdkit.kill();
    await gateway.close();
    await removeTree(dir);
  }
}

async function isListening(path: string): Promise<boolean> {
  const socket = await openSocket(path);
  await socket?.close();
  return socket !== undefined;
}

async function waitForSocket(
  socket: string,
  exited: Promise<unknown>,
  stderr: () => string,
  signal?: AbortSignal,
): Promise<void> {
  let ended = false;
  void exited.then(() => {
    ended = true;
  });
  for (let waited = 0; !(await isListening(socket)); waited += 20) {
    signal?.throwIfAborted();
    if (ended || waited > 30_000) {
      throw new BootreadyError({
        code: 'tool-missing',
        message: `nbdkit did not start: ${stderr().trim().split('\n').pop() || 'it printed nothing'}.`,
        remedy: 'Install nbdkit with its curl plugin, and bubblewrap.',
        retryable: true,
        context: { stderr: stderr() },
      });
    }
    await pause(20);
  }
}
