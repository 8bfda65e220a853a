import createClient, { defaultPathSerializer } from 'openapi-fetch';
import type {
  ChangeImage,
  ChangeQuota,
  CreateDelivery,
  CreateImage,
  CreateRepair,
  CreateRun,
  SetImageSource,
  SignInWays,
} from '../../shared/contracts/api.ts';
import type { MemberStatus } from '../../shared/contracts/image.ts';
import type { operations, paths } from '../../shared/contracts/openapi.ts';
import type { AuditFilter } from '../../shared/contracts/operations.ts';
import type { QuotaSort } from '../../shared/limits/quota.ts';

/** A refusal of the API, in its own words; `status` is 0 if the API could not be reached. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly remedy: string | undefined;

  constructor({ status, code, message, remedy }: { status: number; code: string; message: string; remedy?: string }) {
    super(message);
    this.status = status;
    this.code = code;
    this.remedy = remedy;
  }

  /** True when the same call may succeed later without anyone changing anything. */
  get passes(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 502;
  }
}

type ErrorBody = { error?: { code?: string; message?: string; remedy?: string } } | undefined;

function toProblem(status: number, body: unknown): ApiProblem {
  const { code = 'internal', message = `HTTP ${status}`, remedy } = (body as ErrorBody)?.error ?? {};
  return new ApiProblem({ status, code, message, ...(remedy ? { remedy } : {}) });
}

const client = createClient<paths>();
client.use({ onRequest: ({ request }) => request.headers.set('accept-language', document.documentElement.lang) });

/** The data of an answer. @throws ApiProblem */
async function readAnswer<T>(asked: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await asked.catch((cause: Error) => {
    throw new ApiProblem({ status: 0, code: 'unreachable', message: cause.message });
  });
  if (response.ok) return data as T;
  throw toProblem(response.status, error);
}

function ofId(id: string) {
  return { params: { path: { id } } };
}

type Query = NonNullable<operations['listImages']['parameters']['query']>;
type AuditLogQuery = NonNullable<operations['listAuditLog']['parameters']['query']>;
export type ListQuery = { [Name in keyof Query]: Query[Name] | undefined };

/** The HTTP API as the portal uses it, by the client that is made of its OpenAPI document. All throw ApiProblem. */
export const api = {
  self: () => readAnswer(client.GET('/v1/self')),
  signIn: (key: string) => readAnswer(client.POST('/v1/session', { headers: { authorization: `Bearer ${key}` } })),
  signOut: () => readAnswer(client.DELETE('/v1/session')),
  signInWays: (): Promise<SignInWays> =>
    readAnswer(fetch('/sign-in').then(async (response) => ({ data: await response.json(), response }))),
  sessions: () => readAnswer(client.GET('/v1/sessions')),
  endSession: (session: string) =>
    readAnswer(client.DELETE('/v1/sessions/{session}', { params: { path: { session } } })),
  endOtherSessions: () => readAnswer(client.DELETE('/v1/sessions')),
  chooseProject: (projectId: string) => readAnswer(client.PATCH('/v1/session', { body: { projectId } })),

  /** Undefined values are not sent. */
  images: (query: ListQuery) => readAnswer(client.GET('/v1/images', { params: { query: query as Query } })),
  image: (id: string) => readAnswer(client.GET('/v1/images/{id}', ofId(id))),
  createImage: (body: CreateImage) => readAnswer(client.POST('/v1/images', { body })),
  changeImage: (id: string, body: ChangeImage) => readAnswer(client.PATCH('/v1/images/{id}', { ...ofId(id), body })),
  deleteImage: (id: string) => readAnswer(client.DELETE('/v1/images/{id}', ofId(id))),
  downloadLink: (id: string) => readAnswer(client.GET('/v1/images/{id}/download', ofId(id))),
  createRun: (id: string, body: CreateRun = {}) =>
    readAnswer(client.POST('/v1/images/{id}/runs', { ...ofId(id), body })),
  createDelivery: (id: string, body: CreateDelivery) =>
    readAnswer(client.POST('/v1/images/{id}/deliveries', { ...ofId(id), body })),
  cancelDelivery: (id: string, target: string) =>
    readAnswer(client.POST('/v1/images/{id}/deliveries/{target}/cancel', { params: { path: { id, target } } })),
  cancelRun: (id: string) => readAnswer(client.POST('/v1/images/{id}/cancel', ofId(id))),

  members: (id: string) => readAnswer(client.GET('/v1/images/{id}/members', ofId(id))),
  share: (id: string, project: string) =>
    readAnswer(client.PUT('/v1/images/{id}/members/{project}', { params: { path: { id, project } } })),
  unshare: (id: string, project: string) =>
    readAnswer(client.DELETE('/v1/images/{id}/members/{project}', { params: { path: { id, project } } })),
  answerShare: (id: string, project: string, status: MemberStatus) =>
    readAnswer(
      client.PATCH('/v1/images/{id}/members/{project}', { params: { path: { id, project } }, body: { status } }),
    ),
  promote: (id: string, family: string) =>
    readAnswer(client.POST('/v1/images/{id}/promote', { ...ofId(id), body: { family } })),

  remedies: (id: string) => readAnswer(client.GET('/v1/images/{id}/repairs', ofId(id))),
  createRepair: (id: string, body: CreateRepair) =>
    readAnswer(client.POST('/v1/images/{id}/repairs', { ...ofId(id), body })),
  provenanceKeys: () => readAnswer(client.GET('/v1/provenance/keys')),

  openUpload: (id: string, size: number) =>
    readAnswer(client.POST('/v1/images/{id}/upload', { ...ofId(id), body: { size } })),
  signParts: (id: string, partNumbers: number[]) =>
    readAnswer(client.POST('/v1/images/{id}/upload/parts', { ...ofId(id), body: { partNumbers } })),
  completeUpload: (id: string, size: number) =>
    readAnswer(client.POST('/v1/images/{id}/upload/complete', { ...ofId(id), body: { size } })),
  abandonUpload: (id: string) => readAnswer(client.DELETE('/v1/images/{id}/upload', ofId(id))),

  webhooks: () => readAnswer(client.GET('/v1/webhooks')),
  createWebhook: (url: string) => readAnswer(client.POST('/v1/webhooks', { body: { url } })),
  disableWebhook: (id: string) => readAnswer(client.DELETE('/v1/webhooks/{id}', ofId(id))),

  families: () => readAnswer(client.GET('/v1/families')),
  sources: () => readAnswer(client.GET('/v1/image-sources')),
  setSource: (family: string, body: SetImageSource) =>
    readAnswer(client.PUT('/v1/image-sources/{family}', { params: { path: { family } }, body })),
  refreshSource: (family: string) =>
    readAnswer(client.POST('/v1/image-sources/{family}/refresh', { params: { path: { family } } })),
  deleteSource: (family: string) =>
    readAnswer(client.DELETE('/v1/image-sources/{family}', { params: { path: { family } } })),

  operations: () => readAnswer(client.GET('/v1/operations')),
  endedRuns: () => readAnswer(client.GET('/v1/operations/ended-runs')),
  uploadEvents: (query: { before?: number; settled?: 'true' | 'false' }) =>
    readAnswer(client.GET('/v1/upload-events', { params: { query } })),
  replayEvent: (event: number) =>
    readAnswer(client.POST('/v1/upload-events/{event}/replay', { params: { path: { event } } })),
  quotas: (query: { sort: QuotaSort; offset: number; limit: number }) =>
    readAnswer(client.GET('/v1/quotas', { params: { query } })),
  changeQuota: (project: string, body: ChangeQuota) =>
    readAnswer(client.PATCH('/v1/projects/{project}/quota', { params: { path: { project } }, body })),
  keys: () => readAnswer(client.GET('/v1/keys')),
  revokeKey: (key: string) => readAnswer(client.DELETE('/v1/keys/{key}', { params: { path: { key } } })),
  auditLog: (query: AuditFilter & { before?: number }) =>
    readAnswer(client.GET('/v1/audit-log', { params: { query: query as AuditLogQuery } })),
};

/** For what is not asked by fetch. */
function address<Path extends keyof paths>(path: Path, parameters: Record<string, string | number>): string {
  return defaultPathSerializer(path, parameters);
}

export const listStream = address('/v1/images/stream', {});
export function auditExportUrl(filter: AuditFilter): string {
  return `${address('/v1/audit-log/export', {})}?${new URLSearchParams(filter as Record<string, string>)}`;
}
export function linkStream(id: string, language: string): string {
  return `${address('/v1/images/{id}/stream', { id })}?language=${language}`;
}

/** A page of the API's that leads to the issuer and back to `to`. */
export function signInAt(to: string): string {
  return `/sign-in/begin?${new URLSearchParams({ to })}`;
}

export function linkEvidence(id: string, run: number, name: 'serial.log' | 'screen.png' | 'sbom.cdx.json'): string {
  return address('/v1/images/{id}/runs/{run}/evidence/{name}', { id, run, name });
}
export function linkReport(id: string, run: number, as: 'html' | 'json', language: string): string {
  return `${address('/v1/images/{id}/runs/{run}/report', { id, run })}?as=${as}&lang=${language}`;
}
export function linkProvenance(id: string): string {
  return address('/v1/images/{id}/provenance', { id });
}
