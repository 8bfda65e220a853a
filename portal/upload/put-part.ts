/** A connection without progress for this long is closed, in ms. */
const stillMs = 60_000;

/** The store's answer to a part: `403` an expired link, `404` an upload that no longer exists, `0` no answer. */
export class PartRefused extends Error {
  readonly status: number;
  constructor(status: number, reason: string) {
    super(reason);
    this.status = status;
  }
}

/**
 * PUTs one part straight to the store; returns its ETag, if the store's CORS rules let pages see it. Uses XMLHttpRequest, because fetch cannot report the
 * progress of a body. @throws PartRefused
 */
export function putPart(
  url: string,
  body: Blob,
  { signal, onSent }: { signal: AbortSignal; onSent: (bytes: number) => void },
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const request = new XMLHttpRequest();
    let timer: ReturnType<typeof setTimeout>;
    const alive = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => request.abort(), stillMs);
    };
    const abort = (): void => request.abort();
    const settle = (how: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      how();
    };
    signal.addEventListener('abort', abort, { once: true });
    request.upload.onprogress = ({ loaded }) => {
      alive();
      onSent(loaded);
    };
    request.onload = () =>
      settle(() => {
        if (request.status === 200) return resolve(request.getResponseHeader('etag') ?? undefined);
        reject(
          new PartRefused(
            request.status,
            /<Code>(\w{1,64})</.exec(request.responseText)?.[1] ?? `HTTP ${request.status}`,
          ),
        );
      });
    request.onerror = () => settle(() => reject(new PartRefused(0, 'network')));
    request.onabort = () => settle(() => reject(signal.aborted ? signal.reason : new PartRefused(0, 'network')));
    request.open('PUT', url);
    // The links are signed without a type; a file would bring its own.
    request.send(new Blob([body]));
    alive();
  });
}
