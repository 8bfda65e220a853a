import type {
  ChangeImage,
  CreateImage,
  CreateRun,
  DownloadLink,
  ImageDetail,
  ImagePage,
  ImageQuery,
  ImageView,
  Self,
  SignedParts,
  UploadSession,
} from '../../shared/contracts/api.ts';

/** What the API refused, in its own words; `status` 0 when it could not be asked. */
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

type Query = Readonly<Record<string, string | number | undefined>>;

const call = async <T>(
  method: string,
  path: string,
  { body, query = {}, headers = {} }: { body?: unknown; query?: Query; headers?: Record<string, string> } = {},
): Promise<T> => {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  let response: Response;
  let text: string;
  try {
    response = await fetch(`/v1${path}${search.size > 0 ? `?${search}` : ''}`, {
      method,
      headers: {
        'accept-language': document.documentElement.lang,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    text = await response.text();
  } catch (error) {
    throw new ApiProblem({ status: 0, code: 'unreachable', message: (error as Error).message });
  }
  const answer = parsed(text);
  if (response.ok) return answer as T;
  const { code = 'internal', message = `HTTP ${response.status}`, remedy } = (answer as ErrorBody)?.error ?? {};
  throw new ApiProblem({ status: response.status, code, message, ...(remedy ? { remedy } : {}) });
};

type ErrorBody = { error?: { code?: string; message?: string; remedy?: string } } | undefined;

const parsed = (text: string): unknown => {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
};

const of = (id: string): string => `/images/${encodeURIComponent(id)}`;

/** The HTTP API as the portal uses it; its schemas are those of shared/contracts. All throw ApiProblem. */
export const api = {
  self: () => call<Self>('GET', '/self'),
  signIn: (key: string) => call<void>('POST', '/session', { headers: { authorization: `Bearer ${key}` } }),
  signOut: () => call<void>('DELETE', '/session'),

  images: (query: Partial<ImageQuery>) => call<ImagePage>('GET', '/images', { query }),
  image: (id: string) => call<ImageDetail>('GET', of(id)),
  createImage: (image: CreateImage) => call<ImageView>('POST', '/images', { body: image }),
  changeImage: (id: string, change: ChangeImage) => call<ImageView>('PATCH', of(id), { body: change }),
  deleteImage: (id: string) => call<void>('DELETE', of(id)),
  downloadLink: (id: string) => call<DownloadLink>('GET', `${of(id)}/download`),
  createRun: (id: string, run: CreateRun = {}) => call<ImageDetail>('POST', `${of(id)}/runs`, { body: run }),
  cancelRun: (id: string) => call<ImageDetail>('POST', `${of(id)}/cancel`),

  openUpload: (id: string, size: number) => call<UploadSession>('POST', `${of(id)}/upload`, { body: { size } }),
  signParts: (id: string, partNumbers: number[]) =>
    call<SignedParts>('POST', `${of(id)}/upload/parts`, { body: { partNumbers } }),
  completeUpload: (id: string, size: number) =>
    call<ImageView>('POST', `${of(id)}/upload/complete`, { body: { size } }),
  abandonUpload: (id: string) => call<void>('DELETE', `${of(id)}/upload`),
};

export const streamOf = (id: string, language: string): string => `/v1${of(id)}/stream?language=${language}`;
export const evidenceOf = (id: string, run: number, name: 'serial.log' | 'screen.png'): string =>
  `/v1${of(id)}/runs/${run}/evidence/${name}`;
