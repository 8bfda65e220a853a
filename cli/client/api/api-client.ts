import createClient from 'openapi-fetch';
import type { z } from 'zod';
import type { Language } from '../../../shared/checks/define.ts';
import {
  type ChangeImage,
  type CreateDelivery,
  type CreateImage,
  type CreateRepair,
  type CreateRun,
  DownloadLink,
  FamilyList,
  ImageDetail,
  ImagePage,
  ImageSourceList,
  ImageSourceView,
  ImageView,
  MemberList,
  MemberView,
  NewWebhook,
  type PromoteImage,
  ProvenanceKeys,
  RemedyList,
  Self,
  type SetImageSource,
  SignedParts,
  UploadEventPage,
  UploadSession,
  WebhookList,
} from '../../../shared/contracts/api.ts';
import type { MemberStatus } from '../../../shared/contracts/image.ts';
import type { operations, paths } from '../../../shared/contracts/openapi.ts';
import { isBootreadyError } from '../../../shared/errors.ts';
import { errorOfAnswer, readAnswer, readJson } from './answers.ts';
import { type Connection, readConnection, toLanguage } from './connection.ts';
import { parseEvents } from './event-stream.ts';
import { createFetches } from './patient-fetch.ts';

export type ApiClient = ReturnType<typeof createApiClient>;

/** The server says something every 15 s. */
const silenceMs = 50_000;
/** The time limit for the first event of a stream; it shows a proxy that keeps events back. */
const firstEventMs = 10_000;

type Query<Name extends keyof operations> = NonNullable<operations[Name]['parameters']['query']>;

function ofImage(id: string) {
  return { params: { path: { id } } };
}
function ofMember(id: string, project: string) {
  return { params: { path: { id, project } } };
}
function ofFamily(family: string) {
  return { params: { path: { family } } };
}

/**
 * The HTTP API as functions, by the client that is made of its OpenAPI document. All throw BootreadyError: what the API says,
 * or `unavailable` when it cannot be asked; when `signal` is aborted, its reason.
 */
export function createApiClient({
  url,
  apiKey,
  project,
  language = 'en',
  signal,
}: {
  url: string;
  /** Or where one is to be had that is good now. */
  apiKey: Connection['apiKey'];
  /** In which a user of the issuer acts. */
  project?: string | undefined;
  language?: Language | undefined;
  signal?: AbortSignal | undefined;
}) {
  const fetches = createFetches({ url, signal });
  const makeClient = (fetch: (request: Request) => Promise<Response>) =>
    createClient<paths>({
      baseUrl: url,
      redirect: 'manual',
      fetch: async (request) => {
        request.headers.set('authorization', `Bearer ${typeof apiKey === 'string' ? apiKey : await apiKey()}`);
        return fetch(request);
      },
      headers: { 'accept-language': language, ...(project === undefined ? {} : { 'bootready-project': project }) },
    });
  const api = makeClient(fetches.patient);
  /** For requests that create something: if an answer was lost, the request may have taken effect. */
  const careful = makeClient(fetches.patientOnceHeard);
  const streaming = makeClient(fetches.once);

  /** The installation may have another version than this command, so its answers are checked. */
  const checkAnswer = async <Schema extends z.ZodType>(
    schema: Schema,
    asked: Promise<{ data?: z.input<Schema> }>,
  ): Promise<z.output<Schema>> => {
    const answer = await asked.catch((error: unknown) => {
      if (error instanceof SyntaxError) return { data: undefined };
      throw error;
    });
    return readAnswer(url, schema, answer.data);
  };
  const bytes = async (asked: Promise<{ data?: ArrayBuffer }>): Promise<Buffer> =>
    Buffer.from((await asked).data ?? new ArrayBuffer(0));

  return {
    url,
    self: () => checkAnswer(Self, api.GET('/v1/self')),

    images: (query: Query<'listImages'>) => checkAnswer(ImagePage, api.GET('/v1/images', { params: { query } })),
    image: (id: string) => checkAnswer(ImageDetail, api.GET('/v1/images/{id}', ofImage(id))),
    remedies: (id: string) => checkAnswer(RemedyList, api.GET('/v1/images/{id}/repairs', ofImage(id))),
    createRepair: (id: string, body: CreateRepair) =>
      checkAnswer(ImageDetail, careful.POST('/v1/images/{id}/repairs', { ...ofImage(id), body })),
    createDelivery: (id: string, body: CreateDelivery) =>
      checkAnswer(ImageDetail, careful.POST('/v1/images/{id}/deliveries', { ...ofImage(id), body })),
    cancelDelivery: (id: string, target: string) =>
      checkAnswer(
        ImageDetail,
        api.POST('/v1/images/{id}/deliveries/{target}/cancel', { params: { path: { id, target } } }),
      ),
    createImage: (body: CreateImage) => checkAnswer(ImageView, careful.POST('/v1/images', { body })),
    changeImage: (id: string, body: ChangeImage) =>
      checkAnswer(ImageView, api.PATCH('/v1/images/{id}', { ...ofImage(id), body })),
    deleteImage: async (id: string): Promise<void> => {
      await api.DELETE('/v1/images/{id}', ofImage(id));
    },
    downloadLink: (id: string) => checkAnswer(DownloadLink, api.GET('/v1/images/{id}/download', ofImage(id))),

    members: (id: string) => checkAnswer(MemberList, api.GET('/v1/images/{id}/members', ofImage(id))),
    shareImage: (id: string, project: string) =>
      checkAnswer(MemberView, api.PUT('/v1/images/{id}/members/{project}', ofMember(id, project))),
    unshareImage: async (id: string, project: string): Promise<void> => {
      await api.DELETE('/v1/images/{id}/members/{project}', ofMember(id, project));
    },
    changeMember: (id: string, project: string, status: MemberStatus) =>
      checkAnswer(
        MemberView,
        api.PATCH('/v1/images/{id}/members/{project}', { ...ofMember(id, project), body: { status } }),
      ),

    createRun: (id: string, body: CreateRun) =>
      checkAnswer(ImageDetail, careful.POST('/v1/images/{id}/runs', { ...ofImage(id), body })),
    cancel: (id: string) => checkAnswer(ImageDetail, api.POST('/v1/images/{id}/cancel', ofImage(id))),

    promote: (id: string, body: PromoteImage) =>
      checkAnswer(ImageView, api.POST('/v1/images/{id}/promote', { ...ofImage(id), body })),
    families: () => checkAnswer(FamilyList, api.GET('/v1/families')),
    imageSources: () => checkAnswer(ImageSourceList, api.GET('/v1/image-sources')),
    setImageSource: (family: string, body: SetImageSource) =>
      checkAnswer(ImageSourceView, api.PUT('/v1/image-sources/{family}', { ...ofFamily(family), body })),
    refreshImageSource: (family: string) =>
      checkAnswer(ImageSourceView, api.POST('/v1/image-sources/{family}/refresh', ofFamily(family))),
    deleteImageSource: async (family: string): Promise<void> => {
      await api.DELETE('/v1/image-sources/{family}', ofFamily(family));
    },

    /** The evidence of a run's steps. @throws `not-found` when it does not exist */
    evidence: (id: string, run: number, name: 'serial.log' | 'screen.png' | 'sbom.cdx.json') =>
      bytes(
        api.GET('/v1/images/{id}/runs/{run}/evidence/{name}', {
          params: { path: { id, run, name } },
          parseAs: 'arrayBuffer',
        }),
      ),
    report: (id: string, run: number, as: 'json' | 'html' | 'text') =>
      bytes(
        api.GET('/v1/images/{id}/runs/{run}/report', {
          params: { path: { id, run }, query: { as, lang: language } },
          parseAs: 'arrayBuffer',
        }),
      ),
    provenance: (id: string) =>
      bytes(api.GET('/v1/images/{id}/provenance', { ...ofImage(id), parseAs: 'arrayBuffer' })),
    provenanceKeys: () => checkAnswer(ProvenanceKeys, api.GET('/v1/provenance/keys')),

    openUpload: (id: string, size: number) =>
      checkAnswer(UploadSession, api.POST('/v1/images/{id}/upload', { ...ofImage(id), body: { size } })),
    signParts: (id: string, partNumbers: number[]) =>
      checkAnswer(SignedParts, api.POST('/v1/images/{id}/upload/parts', { ...ofImage(id), body: { partNumbers } })),
    /** Not repeated by itself: when the answer gets lost, the second one would say that no upload is open. */
    completeUpload: (id: string, size: number) =>
      checkAnswer(ImageView, careful.POST('/v1/images/{id}/upload/complete', { ...ofImage(id), body: { size } })),

    uploadEvents: (query: Query<'listUploadEvents'>) =>
      checkAnswer(UploadEventPage, api.GET('/v1/upload-events', { params: { query } })),
    webhooks: () => checkAnswer(WebhookList, api.GET('/v1/webhooks')),
    createWebhook: (body: { url: string }) => checkAnswer(NewWebhook, careful.POST('/v1/webhooks', { body })),
    deleteWebhook: async (id: string): Promise<void> => {
      await api.DELETE('/v1/webhooks/{id}', { params: { path: { id } } });
    },

    /**
     * Yields the image at once and after every change, until the server ends the stream (the image is deleted, or the server restarts). @throws `unavailable`
     * when the stream breaks or sends nothing
     */
    stream: async function* (id: string): AsyncGenerator<ImageDetail> {
      const ending = new AbortController();
      const end = (): void => ending.abort(Object.assign(new Error('silence'), { name: 'TimeoutError' }));
      let silence = setTimeout(end, firstEventMs);
      try {
        const { data, response } = await streaming.GET('/v1/images/{id}/stream', {
          ...ofImage(id),
          parseAs: 'stream' as const,
          signal: ending.signal,
        });
        if (!response.headers.get('content-type')?.startsWith('text/event-stream') || !data) {
          throw errorOfAnswer(url, response.status, response.headers, '');
        }
        const heard = async function* (chunks: AsyncIterable<string>): AsyncGenerator<string> {
          for await (const chunk of chunks) {
            clearTimeout(silence);
            silence = setTimeout(end, silenceMs);
            yield chunk;
          }
        };
        for await (const { event, data: text } of parseEvents(heard(data.pipeThrough(new TextDecoderStream())))) {
          if (event === 'image') yield readAnswer(url, ImageDetail, readJson(text));
        }
      } catch (error) {
        signal?.throwIfAborted();
        throw isBootreadyError(error) ? error : fetches.unreachable(error);
      } finally {
        clearTimeout(silence);
        ending.abort();
      }
    },
  };
}

/** The client of this user's installation. @throws `invalid-input`, `unauthenticated` */
export async function connect(signal?: AbortSignal): Promise<ApiClient> {
  return createApiClient({ ...(await readConnection(process.env)), language: toLanguage(process.env), signal });
}
