import type { Readable } from 'node:stream';
import { z } from 'zod';
import { BootreadyError, isBootreadyError } from '../../../shared/errors.ts';
import { sendStream } from '../send-stream.ts';
import { again } from '../trouble.ts';
import { type Answer, askJson, silent, splitWords } from './ask.ts';
import type { Session } from './keystone.ts';

/** The fields of an image's record that we read. */
export const GlanceImage = z.looseObject({
  id: z.string(),
  status: z.string(),
  owner: z.string().nullish(),
  size: z.number().nullish(),
  checksum: z.string().nullish(),
  os_hash_algo: z.string().nullish(),
  os_hash_value: z.string().nullish(),
});
export type GlanceImage = z.infer<typeof GlanceImage>;

/** The few calls of the Image API v2 that make an image. https://docs.openstack.org/api-ref/image/v2/ */
export type ImageApi = {
  /** Finds only images of our own project, because any project may give an image any property. */
  find(property: string, value: string): Promise<GlanceImage[]>;
  get(id: string): Promise<GlanceImage | undefined>;
  /** Undefined when there is, or was, an image of this id. */
  create(record: Record<string, unknown>): Promise<GlanceImage | undefined>;
  /** Succeeds silently if the image does not exist. */
  remove(id: string): Promise<void>;
  upload(id: string, bytes: Readable, size: number): Promise<void>;
};

export function openImageApi(name: string, { token, projectId, imageUrl }: Session, signal: AbortSignal): ImageApi {
  const images = `${imageUrl}/v2/images`;
  const ask = (method: 'GET' | 'POST' | 'DELETE', url: string, body?: object): Promise<Answer> =>
    askJson(name, 'Glance', { method, url, token, ...(body ? { body } : {}) }, signal);
  const read = (answer: Answer): GlanceImage => {
    const image = GlanceImage.safeParse(answer.json);
    if (!image.success) throw refusal(name, answer.status, 'no image record');
    return image.data;
  };

  return {
    find: async (property, value) => {
      const query = new URLSearchParams({ [property]: value, owner: projectId });
      const answer = await ask('GET', `${images}?${query}`);
      const list = z.object({ images: z.array(GlanceImage) }).safeParse(answer.json);
      if (answer.status !== 200 || !list.success) throw refusal(name, answer.status, answer.text);
      return list.data.images.filter((image) => image.owner === projectId && image[property] === value);
    },
    get: async (id) => {
      const answer = await ask('GET', `${images}/${id}`);
      if (answer.status === 404) return undefined;
      if (answer.status !== 200) throw refusal(name, answer.status, answer.text);
      const image = read(answer);
      return image.owner === projectId ? image : undefined;
    },
    create: async (record) => {
      const answer = await ask('POST', images, record);
      if (answer.status === 409) return undefined;
      if (answer.status !== 201) throw refusal(name, answer.status, answer.text);
      return read(answer);
    },
    remove: async (id) => {
      const answer = await ask('DELETE', `${images}/${id}`);
      if (answer.status !== 204 && answer.status !== 404) throw refusal(name, answer.status, answer.text);
    },
    upload: (id, bytes, size) => put(name, new URL(`${images}/${id}/file`), { token, bytes, size, signal }),
  };
}

async function put(
  name: string,
  url: URL,
  { token, bytes, size, signal }: { token: string; bytes: Readable; size: number; signal: AbortSignal },
): Promise<void> {
  const headers = { 'x-auth-token': token, 'content-type': 'application/octet-stream' };
  const { status, words } = await sendStream(url, { method: 'PUT', headers, bytes, size, signal }).catch(
    (error: unknown) => {
      signal.throwIfAborted();
      throw isBootreadyError(error) ? error : silent(name, 'Glance', error);
    },
  );
  if (status !== 204) throw refusal(name, status, words);
}

function refusal(name: string, status: number, page: string): BootreadyError {
  const words = splitWords(page);
  const said = words ? `: "${words}"` : '';
  if (status === 401 || status === 403) {
    return new BootreadyError({
      code: 'forbidden',
      message: `Glance of target "${name}" does not allow it (${status})${said}.`,
      remedy: `Give the account of the target the role it needs ("visibility" public needs an administrator), ${again}`,
    });
  }
  if (status === 413) {
    return new BootreadyError({
      code: 'quota-exceeded',
      message: `Glance of target "${name}" has no space for the image${said}.`,
      remedy: `Increase the quota of its project, or remove images there, ${again}`,
    });
  }
  // An image that another delivery removed in the meantime, and other temporary errors.
  const retryable = status >= 500 || [404, 408, 409, 410, 429].includes(status);
  return new BootreadyError({
    code: retryable ? 'unavailable' : 'invalid-input',
    message: `Glance of target "${name}" answers ${status}${said}.`,
    remedy: retryable ? 'Check its health. The delivery is retried.' : `Check the target in TARGETS, ${again}`,
    retryable,
  });
}
