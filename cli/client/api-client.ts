import { z } from 'zod';
import type { Language } from '../../shared/checks/define.ts';
import {
  type CreateImage,
  type CreateRepair,
  type CreateRun,
  DownloadLink,
  ImageDetail,
  ImagePage,
  type ImageQuery,
  ImageView,
  NewWebhook,
  ProvenanceKeys,
  RemedyList,
  Self,
  SignedParts,
  UploadEventPage,
  UploadSession,
  WebhookView,
} from '../../shared/contracts/api.ts';
import { isBootreadyError } from '../../shared/errors.ts';
import { withRetries } from '../../shared/transfer/retry.ts';
import { type AnswerContext, errorOfAnswer, errorOfNetwork, jsonOf, networkCodeOf, readAnswer } from './answers.ts';
import { languageOf, readConnection } from './connection.ts';
import { parseEvents } from './event-stream.ts';

export type ApiClient = ReturnType<typeof createApiClient>;

type Request = {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  body?: unknown;
  query?: Readonly<Record<string, string | number | undefined>>;
  /** Whether doing it twice is doing it once: only then is it repeated after an answer that got lost. */
  repeatable: boolean;
};

const Webhooks = z.object({ webhooks: z.array(WebhookView) });

const patience = { attempts: 4, first: 300, most: 10_000 };
const answerWithinMs = 60_000;
/** The server says something every 15 s. */
const silenceMs = 50_000;
/** Of a stream; a proxy that keeps events back shows in this. */
const firstEventMs = 10_000;

const path = (id: string): string => `/v1/images/${encodeURIComponent(id)}`;

/**
 * The HTTP API as functions. All throw BootreadyError: what the API says, or `unavailable` when it cannot be asked; when
 * `signal` is aborted, its reason.
 */
export const createApiClient = ({
  url,
  apiKey,
  language = 'en',
  signal,
}: {
  url: string;
  apiKey: string;
  language?: Language | undefined;
  signal?: AbortSignal | undefined;
}) => {
  const unreachable = (error: unknown) =>
    errorOfNetwork(url, error, 'Check that the API of bootready runs there and that the address is right.');

  const ask = async ({ method, path, body, query = {} }: Request, signals: AbortSignal[]): Promise<Response> => {
    const address = new URL(`${url}${path}`);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) address.searchParams.set(name, String(value));
    }
    try {
      return await fetch(address, {
        method,
        redirect: 'manual',
        headers: {
          authorization: `Bearer ${apiKey}`,
          'accept-language': language,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.any(signal ? [signal, ...signals] : signals),
      });
    } catch (error) {
      signal?.throwIfAborted();
      throw unreachable(error);
    }
  };

  const mayPass =
    ({ repeatable }: Request) =>
    (error: unknown): boolean => {
      if (!isBootreadyError(error) || !error.retryable) return false;
      if ((error.context as AnswerContext).status !== undefined) return true;
      // Nothing was sent when nobody listened.
      return repeatable || networkCodeOf(error.cause) === 'ECONNREFUSED';
    };

  const sendBytes = (request: Request): Promise<Buffer> =>
    withRetries(
      async () => {
        const response = await ask(request, [AbortSignal.timeout(answerWithinMs)]);
        let bytes: Buffer;
        try {
          bytes = Buffer.from(await response.arrayBuffer());
        } catch (error) {
          signal?.throwIfAborted();
          throw unreachable(error);
        }
        if (response.ok) return bytes;
        throw errorOfAnswer(url, response.status, response.headers, bytes.toString());
      },
      {
        ...patience,
        signal,
        mayPass: mayPass(request),
        askedFor: (error) => (isBootreadyError(error) ? (error.context as AnswerContext).retryAfter : undefined),
      },
    );

  const send = async (request: Request): Promise<string> => (await sendBytes(request)).toString();

  const call = async <Schema extends z.ZodType>(schema: Schema, request: Request): Promise<z.output<Schema>> =>
    readAnswer(url, schema, jsonOf(await send(request)));

  const get = <Schema extends z.ZodType>(schema: Schema, where: string, query: Request['query'] = {}) =>
    call(schema, { method: 'GET', path: where, query, repeatable: true });
  const post = <Schema extends z.ZodType>(schema: Schema, where: string, body: unknown, repeatable = false) =>
    call(schema, { method: 'POST', path: where, body, repeatable });
  const remove = async (where: string): Promise<void> => {
    await send({ method: 'DELETE', path: where, repeatable: true });
  };

  return {
    url,
    self: () => get(Self, '/v1/self'),

    images: (query: Partial<z.input<typeof ImageQuery>>) =>
      get(ImagePage, '/v1/images', query as Record<string, string>),
    image: (id: string) => get(ImageDetail, path(id)),
    remedies: (id: string) => get(RemedyList, `${path(id)}/repairs`),
    createRepair: (id: string, repair: CreateRepair) => post(ImageDetail, `${path(id)}/repairs`, repair),
    createImage: (image: CreateImage) => post(ImageView, '/v1/images', image),
    renameImage: (id: string, name: string) =>
      call(ImageView, { method: 'PATCH', path: path(id), body: { name }, repeatable: true }),
    deleteImage: (id: string) => remove(path(id)),
    downloadLink: (id: string) => get(DownloadLink, `${path(id)}/download`),

    createRun: (id: string, run: CreateRun) => post(ImageDetail, `${path(id)}/runs`, run),
    cancel: (id: string) => post(ImageDetail, `${path(id)}/cancel`, {}, true),

    /** What the steps of a run have kept. @throws `not-found` when there is none */
    evidence: (id: string, run: number, name: 'serial.log' | 'screen.png' | 'sbom.cdx.json') =>
      sendBytes({ method: 'GET', path: `${path(id)}/runs/${run}/evidence/${name}`, repeatable: true }),

    report: (id: string, run: number, as: 'json' | 'html' | 'text') =>
      sendBytes({
        method: 'GET',
        path: `${path(id)}/runs/${run}/report`,
        query: { as, lang: language },
        repeatable: true,
      }),
    provenance: (id: string) => sendBytes({ method: 'GET', path: `${path(id)}/provenance`, repeatable: true }),
    provenanceKeys: () => get(ProvenanceKeys, '/v1/provenance/keys'),

    openUpload: (id: string, size: number) => post(UploadSession, `${path(id)}/upload`, { size }, true),
    signParts: (id: string, partNumbers: number[]) =>
      post(SignedParts, `${path(id)}/upload/parts`, { partNumbers }, true),
    /** Not repeated by itself: when the answer gets lost, the second one would say that no upload is open. */
    completeUpload: (id: string, size: number) => post(ImageView, `${path(id)}/upload/complete`, { size }),

    uploadEvents: (query: { before?: number; limit: number }) => get(UploadEventPage, '/v1/upload-events', query),
    webhooks: () => get(Webhooks, '/v1/webhooks'),
    createWebhook: (webhook: { url: string }) => post(NewWebhook, '/v1/webhooks', webhook),
    deleteWebhook: (id: string) => remove(`/v1/webhooks/${encodeURIComponent(id)}`),

    /**
     * The image at once and after every change, until the server ends it (it is deleted, or the server restarts).
     * @throws `unavailable` when it breaks or nothing comes
     */
    stream: async function* (id: string): AsyncGenerator<ImageDetail> {
      const ending = new AbortController();
      const end = (): void => ending.abort(Object.assign(new Error('silence'), { name: 'TimeoutError' }));
      let silence = setTimeout(end, firstEventMs);
      try {
        const response = await ask({ method: 'GET', path: `${path(id)}/stream`, repeatable: true }, [ending.signal]);
        if (!response.ok) {
          throw errorOfAnswer(url, response.status, response.headers, await response.text());
        }
        if (!response.headers.get('content-type')?.startsWith('text/event-stream') || !response.body) {
          throw errorOfAnswer(url, response.status, response.headers, '');
        }
        const heard = async function* (chunks: AsyncIterable<string>): AsyncGenerator<string> {
          for await (const chunk of chunks) {
            clearTimeout(silence);
            silence = setTimeout(end, silenceMs);
            yield chunk;
          }
        };
        for await (const { event, data } of parseEvents(heard(response.body.pipeThrough(new TextDecoderStream())))) {
          if (event === 'image') yield readAnswer(url, ImageDetail, jsonOf(data));
        }
      } catch (error) {
        signal?.throwIfAborted();
        throw isBootreadyError(error) ? error : unreachable(error);
      } finally {
        clearTimeout(silence);
        ending.abort();
      }
    },
  };
};

/** The client of this user's installation. @throws `invalid-input`, `unauthenticated` */
export const connect = async (signal?: AbortSignal): Promise<ApiClient> =>
  createApiClient({ ...(await readConnection(process.env)), language: languageOf(process.env), signal });
