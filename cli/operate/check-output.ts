import { existsSync } from 'node:fs';
import { open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { BootreadyError } from '../../shared/errors.ts';
import { type Sbom, sbomText } from '../../shared/sbom/cyclonedx.ts';

/** @throws BootreadyError `conflict`, before any work is done */
export async function refuseExisting(path: string): Promise<void> {
  if (!existsSync(path)) return;
  throw new BootreadyError({
    code: 'conflict',
    message: `${path} already exists.`,
    remedy: 'Name another file, or remove that one.',
  });
}

/** Moves the converted disk out of the scratch folder; onto another filesystem it is copied, and stays sparse. */
export async function keepOutput(from: string, to: string, signal: AbortSignal): Promise<void> {
  try {
    await rename(from, to).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EXDEV') throw error;
      await copySparse(from, to, signal);
    });
  } catch (cause) {
    signal.throwIfAborted();
    throw notWritten('converted image', to, cause);
  }
}

export function writeSbom(to: string, sbom: Sbom): Promise<void> {
  return writeFile(to, sbomText(sbom), { flag: 'wx' }).catch((cause: unknown) => {
    throw notWritten('bill of materials', to, cause);
  });
}

function notWritten(what: string, to: string, cause: unknown): BootreadyError {
  const full = (cause as NodeJS.ErrnoException).code === 'ENOSPC';
  return new BootreadyError({
    code: 'unavailable',
    message: `The ${what} could not be written to ${to}${full ? ': the disk is full' : ''}.`,
    remedy: full ? 'Free some space there, or choose another place.' : 'Check that the folder exists and is writable.',
    cause,
  });
}

const chunkSize = 1024 ** 2;

async function copySparse(from: string, to: string, signal: AbortSignal): Promise<void> {
  const source = await open(from, 'r');
  const target = await open(to, 'wx');
  try {
    const zeros = Buffer.alloc(chunkSize);
    const chunk = Buffer.alloc(chunkSize);
    const { size } = await stat(from);
    for (let offset = 0; offset < size; ) {
      signal.throwIfAborted();
      const { bytesRead } = await source.read(chunk, 0, chunkSize, offset);
      const bytes = chunk.subarray(0, bytesRead);
      if (!bytes.equals(zeros.subarray(0, bytesRead))) await target.write(bytes, 0, bytesRead, offset);
      offset += bytesRead;
    }
    await target.truncate(size);
  } catch (error) {
    await rm(to, { force: true });
    throw error;
  } finally {
    await source.close();
    await target.close();
  }
}
