import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { BootreadyError } from '../../../shared/errors.ts';
import type { ProxmoxTargetConfig } from '../../../shared/operation/targets.ts';
import type { Deliverable, DeliveryControl, Leftovers, Target } from '../../../shared/ports/targets.ts';
import { chunkBytes, readChunks } from '../read-chunks.ts';
import { again, otherBytes } from '../trouble.ts';
import { openProxmoxApi, type ProxmoxApi } from './api.ts';

/** Proxmox copies the image once more after the upload, and hashes it. */
const taskMs = 60 * 60_000;

/** The digest is in the name, so a file of this name and size is this image. */
function fileName({ imageId, format, digests }: Deliverable | Leftovers): string {
  return `${imageId}-${digests.sha256.slice(0, 16)}.${format}`;
}

/** Fields first and the file last: Proxmox reads a form from its beginning to its end (RFC 7578). */
function makeForm(
  image: Deliverable,
  { signal, progress }: DeliveryControl,
): { contentType: string; bytes: Readable; size: number } {
  const { source, digests } = image;
  const boundary = `bootready-${randomBytes(16).toString('hex')}`;
  const field = (key: string, value: string): string =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${key}"\r\n\r\n${value}\r\n`;
  const head = Buffer.from(
    field('content', 'import') +
      field('checksum', digests.sha256) +
      field('checksum-algorithm', 'sha256') +
      `--${boundary}\r\nContent-Disposition: form-data; name="filename"; filename="${fileName(image)}"\r\n` +
      'Content-Type: application/octet-stream\r\n\r\n',
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  const parts = async function* (): AsyncGenerator<Buffer> {
    yield head;
    yield* readChunks(source, signal, (share) => progress(share * 95));
    yield tail;
  };
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    bytes: Readable.from(parts(), { objectMode: false, highWaterMark: chunkBytes }),
    size: head.length + source.size + tail.length,
  };
}

/** A storage of Proxmox VE: the image as content for import, which Proxmox compares with its SHA-256 before it appears. */
export function createProxmoxTarget(name: string, config: ProxmoxTargetConfig): Target {
  const open = (signal: AbortSignal): ProxmoxApi => openProxmoxApi(name, config, signal);
  const locate = (image: Deliverable | Leftovers): string => `${config.storage}:import/${fileName(image)}`;

  const finish = async (api: ProxmoxApi, upid: string, signal: AbortSignal): Promise<string> => {
    const deadline = Date.now() + taskMs;
    for (let waitMs = 250; Date.now() < deadline; waitMs = Math.min(5000, waitMs * 2)) {
      const ended = await api.task(upid);
      if (ended !== undefined) return ended;
      await pause(waitMs, undefined, { signal });
    }
    return 'it did not end within an hour';
  };

  return {
    deliver: async (image, control) => {
      const api = open(control.signal);
      const location = locate(image);
      const isThere = async (): Promise<boolean> => (await api.images()).get(location) === image.source.size;
      if (await isThere()) return { location };
      const ended = await finish(api, await api.upload(makeForm(image, control)), control.signal);
      if (/checksum mismatch/.test(ended)) throw otherBytes(name, { ended });
      if (!isFine(ended) || !(await isThere())) throw taskFailed(name, ended);
      control.progress(100);
      return { location };
    },

    clear: async (left, signal) => {
      // Proxmox itself removes an upload that breaks off.
      if (left.wasThere) return;
      const api = open(signal);
      const volume = locate(left);
      if (!(await api.images()).has(volume)) return;
      const task = await api.remove(volume);
      const ended = task ? await finish(api, task, signal) : 'OK';
      if (!isFine(ended)) throw taskFailed(name, ended);
    },

    check: async (signal) => {
      const api = open(signal);
      const { content, active } = await api.storage();
      if (!content.split(',').includes('import')) {
        throw new BootreadyError({
          code: 'invalid-input',
          message: `The storage of target "${name}" takes no images for import.`,
          remedy: `Add "import" to its content in Proxmox, ${again}`,
        });
      }
      if (!active) throw taskFailed(name, 'the storage is not active');
      await api.images();
      return 'Proxmox accepts the token, and the storage takes images for import';
    },
  };
}

function isFine(ended: string): boolean {
  return ended === 'OK' || ended.startsWith('WARNINGS');
}

function taskFailed(name: string, ended: string): BootreadyError {
  return new BootreadyError({
    code: 'unavailable',
    message: `Proxmox of target "${name}" could not take the image.`,
    remedy: 'Check the tasks of the node in Proxmox: its storage may be full or offline. The delivery is retried.',
    retryable: true,
    context: { ended },
  });
}
