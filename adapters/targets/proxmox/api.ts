import type { Readable } from 'node:stream';
import { z } from 'zod';
import { BootreadyError, isBootreadyError } from '../../../shared/errors.ts';
import type { ProxmoxTargetConfig } from '../../../shared/operation/targets.ts';
import { readJson, readText } from '../answer-text.ts';
import { sendStream } from '../send-stream.ts';
import { again } from '../trouble.ts';

/** The few calls of Proxmox VE's API that bring an image there. https://pve.proxmox.com/pve-docs/api-viewer/ */

export type ProxmoxApi = {
  /** The content types of the storage, and whether it can be used now. */
  storage(): Promise<{ content: string; active: boolean }>;
  /** Sizes of the images for import, by volume. */
  images(): Promise<Map<string, number>>;
  /** @returns the task that takes the image over */
  upload(form: { contentType: string; bytes: Readable; size: number }): Promise<string>;
  /** @returns the task, if it takes time */
  remove(volume: string): Promise<string | undefined>;
  /** How a task has ended; undefined while it runs. */
  task(upid: string): Promise<string | undefined>;
};

const patienceMs = 60_000;

const Data = z.object({ data: z.unknown() });
const StorageStatus = z.object({ content: z.string().default(''), active: z.number().default(0) });
const Contents = z.array(z.object({ volid: z.string(), size: z.number().default(0) }));
const TaskStatus = z.object({ status: z.string(), exitstatus: z.string().optional() });

export function openProxmoxApi(name: string, config: ProxmoxTargetConfig, signal: AbortSignal): ProxmoxApi {
  const { node, storage } = config;
  const at = (path: string): URL => new URL(`/api2/json/nodes/${node}/${path}`, config.url);
  const headers = {
    authorization: `PVEAPIToken=${config.token_id}=${config.token_secret}`,
    accept: 'application/json',
  };

  const read = <T>(schema: z.ZodType<T>, { status, words }: { status: number; words: string }): T => {
    if (status !== 200) throw refusal(name, status, words);
    const answer = schema.safeParse(Data.safeParse(readJson(words)).data?.data);
    if (!answer.success) throw refusal(name, status, words);
    return answer.data;
  };
  const ask = async <T>(schema: z.ZodType<T>, url: URL, method: 'GET' | 'DELETE' = 'GET'): Promise<T> => {
    let answer: { status: number; words: string };
    try {
      const response = await fetch(url, {
        method,
        headers,
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]),
      });
      answer = { status: response.status, words: await readText(response.body) };
    } catch (error) {
      signal.throwIfAborted();
      throw silent(name, error);
    }
    return read(schema, answer);
  };

  return {
    storage: async () => {
      const { content, active } = await ask(StorageStatus, at(`storage/${storage}/status`));
      return { content, active: active === 1 };
    },
    images: async () => {
      const found = await ask(Contents, at(`storage/${storage}/content?content=import`));
      return new Map(found.map(({ volid, size }) => [volid, size]));
    },
    upload: async ({ contentType, bytes, size }) => {
      const sending = { headers: { ...headers, 'content-type': contentType }, bytes, size, signal };
      const answer = await sendStream(at(`storage/${storage}/upload`), { method: 'POST', ...sending }).catch(
        (error: unknown) => {
          signal.throwIfAborted();
          throw isBootreadyError(error) ? error : silent(name, error);
        },
      );
      return read(z.string(), answer);
    },
    remove: async (volume) =>
      (await ask(z.string().nullish(), at(`storage/${storage}/content/${encodeURIComponent(volume)}`), 'DELETE')) ??
      undefined,
    task: async (upid) => {
      const { status, exitstatus } = await ask(TaskStatus, at(`tasks/${encodeURIComponent(upid)}/status`));
      return status === 'stopped' ? (exitstatus ?? 'unknown') : undefined;
    },
  };
}

function silent(name: string, cause: unknown): BootreadyError {
  return new BootreadyError({
    code: 'unavailable',
    message: `Proxmox of target "${name}" does not answer.`,
    remedy: 'Check that it runs and that workers can reach it. The delivery is retried.',
    retryable: true,
    cause,
  });
}

/** Proxmox' own words may name its hosts and folders, so they go to logs only. */
function refusal(name: string, status: number, words: string): BootreadyError {
  if (status === 401 || status === 403) {
    return new BootreadyError({
      code: 'forbidden',
      message: `Proxmox of target "${name}" does not allow it (${status}).`,
      remedy: `Correct "token_id" and "token_secret" of the target in TARGETS, and give the token Datastore.AllocateTemplate and Datastore.Audit on its storage, ${again}`,
      context: { said: words.slice(0, 500) },
    });
  }
  const retryable = status >= 500 || status === 408 || status === 429;
  return new BootreadyError({
    code: retryable ? 'unavailable' : 'invalid-input',
    message: `Proxmox of target "${name}" answers ${status}, which was not expected.`,
    remedy: retryable
      ? 'Check "node" and "storage" of the target in TARGETS, and the health of Proxmox. The delivery is retried.'
      : `Check the target in TARGETS, ${again}`,
    retryable,
    context: { said: words.slice(0, 500) },
  });
}
