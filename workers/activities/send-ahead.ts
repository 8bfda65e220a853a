import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConvertedDisk } from '../../shared/contracts/run.ts';
import { BootreadyError } from '../../shared/errors.ts';
import type { ByteWork, SentParts } from '../../shared/ports/byte-work.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import type { StoreTraits } from '../../shared/store/store-traits.ts';
import { clearUploads } from '../../shared/store/upload-in-parts.ts';
import { readData } from './convert.ts';
import type { StepControl } from './step.ts';

/** Sends a disk to the store early: all parts may be there long before the verdict decides whether it is published. */
export type SendDeps = { bytes: Pick<ByteWork, 'send'>; traits: () => Promise<StoreTraits> };

export type SendInput = {
  scratchDir: string;
  converted: ConvertedDisk;
  to: { bucket: string; key: string };
};

/** Kept beside the disk, so that both disappear together: the place of the open parts, and the list of all parts. */
const openFile = 'sending.json';
const sentFile = 'sent.json';

async function readRecord<Record>(folder: string, name: string): Promise<Record | undefined> {
  const text = await readFile(join(folder, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? undefined : (JSON.parse(text) as Record);
}

async function writeRecord(folder: string, name: string, record: unknown): Promise<void> {
  const whole = join(folder, `${name}.new`);
  await writeFile(whole, JSON.stringify(record));
  await rename(whole, join(folder, name));
}

/**
 * Sends the disk in parts; there is no object until `publish` completes it. If it was sent before, only returns what was sent. @throws BootreadyError
 * `unavailable`, retryable, when the disk is no longer the converted one
 */
export async function sendDisk(
  { bytes, traits }: SendDeps,
  { scratchDir, converted, to }: SendInput,
  control: StepControl,
): Promise<SentParts> {
  const before = await readRecord<SentParts>(scratchDir, sentFile);
  if (before) return before;
  await writeRecord(scratchDir, openFile, to);
  const { copiesParts } = await traits();
  const { format, size } = converted;
  const path = join(scratchDir, `disk.${format}`);
  const data = await readData(path, format, size, control.signal);
  const sent = await bytes.send({ path, size, data, to, copiesParts }, control);
  if (sent.sha256 !== converted.sha256) {
    throw new BootreadyError({
      code: 'unavailable',
      message: 'The disk in the scratch folder changed between the conversion and the upload to the store.',
      remedy: 'Check the disk and the memory of the worker. The step is retried.',
      retryable: true,
      context: { expected: converted.sha256, found: sent.sha256 },
    });
  }
  await writeRecord(scratchDir, sentFile, sent);
  return sent;
}

/** Forgets the sent parts, because they are useless: the next attempt sends them again. */
export function forgetSent(scratchDir: string): Promise<void> {
  return rm(join(scratchDir, sentFile), { force: true });
}

/** There is an object: nothing of its upload is left over. */
export function noteCompleted(scratchDir: string): Promise<void> {
  return rm(join(scratchDir, openFile), { force: true });
}

/** Takes the parts away of which no object was made. */
export async function discardSent(
  store: Pick<ObjectStore, 'listMultiparts' | 'abortMultipart'>,
  scratchDir: string,
): Promise<void> {
  const open = await readRecord<SendInput['to']>(scratchDir, openFile);
  if (open) await clearUploads(store, open);
}
