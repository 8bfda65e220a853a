import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { BootreadyError } from '../../shared/errors.ts';
import { startLine } from '../terminal/line.mjs';

/** The sample as an upload: a VMDK as VMware exports it. Both the image and the VMDK are made once and kept. */
export async function sampleVmdk(signal: AbortSignal): Promise<string> {
  const image = await buildImage(signal);
  const vmdk = join(dirname(image), 'debian-12-sample.vmdk');
  if (existsSync(vmdk)) return vmdk;
  const line = startLine('Writing the sample as a VMDK (once)');
  const partial = `${vmdk}.partial-${process.pid}`;
  try {
    await runGroup(
      'qemu-img',
      ['convert', '-f', 'raw', '-O', 'vmdk', '-o', 'subformat=streamOptimized', image, partial],
      signal,
    );
    await rename(partial, vmdk);
  } catch (error) {
    line.end();
    await rm(partial, { force: true });
    throw error;
  }
  line.done();
  return vmdk;
}

async function buildImage(signal: AbortSignal): Promise<string> {
  const what = 'Building the sample image, a small Debian (once)';
  const line = startLine(what, { silentFor: 1500 });
  let image = '';
  try {
    await runGroup(process.execPath, [join(import.meta.dirname, 'build-sample.ts')], signal, (said) => {
      if (said.startsWith('image ')) image = said.slice('image '.length);
      else line.update(`${what}: ${said.replace(/^progress /, '')}`, { mark: true });
    });
  } catch (error) {
    line.end();
    throw error;
  }
  line.done(what);
  return image;
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid) process.kill(-pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}

/** Runs a program in a process group of its own, which ends with the signal or with us. */
function runGroup(
  command: string,
  args: readonly string[],
  signal: AbortSignal,
  onLine: (line: string) => void = () => undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const child = spawn('setpriv', ['--pdeathsig', 'TERM', command, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let stderr = '';
    createInterface({ input: child.stdout }).on('line', onLine);
    child.stderr.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString()).slice(-4000);
    });
    const end = (): void => {
      child.kill('SIGTERM');
      setTimeout(killGroup, 15_000, child.pid).unref();
    };
    signal.addEventListener('abort', end, { once: true });
    child.once('error', reject);
    child.once('close', (code) => {
      signal.removeEventListener('abort', end);
      if (signal.aborted) return reject(signal.reason);
      if (code === 0) return resolve();
      const [message, remedy] = stderr.trim().split('\n');
      reject(
        new BootreadyError({
          code: 'unavailable',
          message: message || `${command} ended with ${code}.`,
          remedy: remedy ?? 'Start with --no-sample to go without the sample image.',
        }),
      );
    });
  });
}
