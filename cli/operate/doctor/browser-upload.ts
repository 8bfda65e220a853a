import type { Config } from '../../../shared/config.ts';
import type { ObjectStore } from '../../../shared/ports/object-store.ts';
import { apiUrl } from './api.ts';
import type { Say } from './dependency.ts';
import { probeBody, probeKey, withMultipart } from './probe-object.ts';
import { explainReason, shortenUrl } from './reason.ts';

/**
 * Does the same as the command line and browsers: PUT a part to a presigned URL of the public endpoint. A browser first sends a preflight request, and sees
 * only the headers that the store exposes. https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export async function examineBrowserUpload(
  store: ObjectStore,
  config: Config,
  say: Say,
  signal: AbortSignal,
): Promise<void> {
  const { UPLOADS_BUCKET: bucket } = config;
  const endpoint = config.S3_PUBLIC_ENDPOINT ?? config.S3_ENDPOINT;
  const { origin } = new URL(apiUrl(config));
  let exposed: Headers | undefined;
  let preflight: Response | undefined;
  try {
    await withMultipart(store, { bucket, key: probeKey() }, async (target) => {
      const url = await store.presignPart(target, { partNumber: 1, length: Buffer.byteLength(probeBody) }, 60);
      const asked = { origin, 'access-control-request-method': 'PUT' };
      preflight = await fetch(url, { method: 'OPTIONS', headers: asked, signal });
      const answer = await fetch(url, { method: 'PUT', body: probeBody, headers: { origin }, signal });
      if (!answer.ok) throw new Error(`it answers ${answer.status}`);
      exposed = answer.headers;
      await store.abortMultipart(target);
      return [];
    });
  } catch (error) {
    say.failed(
      `A part cannot be sent to a presigned URL of ${shortenUrl(endpoint)}: ${explainReason(error)}.`,
      'S3_PUBLIC_ENDPOINT must be the address of the store for clients. A proxy in between must not change path, query and Host.',
    );
    return;
  }
  const wrong = corsTrouble(origin, preflight, exposed);
  if (!wrong) return;
  const rule = {
    AllowedOrigins: [origin],
    AllowedMethods: ['PUT'],
    AllowedHeaders: ['*'],
    ExposeHeaders: ['ETag'],
  };
  say.warning(
    `Browsers cannot upload from ${origin}: ${wrong}.`,
    `Allow it: aws --endpoint-url ${config.S3_ENDPOINT} s3api put-bucket-cors --bucket ${bucket} --cors-configuration '${JSON.stringify({ CORSRules: [rule] })}'`,
  );
}

function corsTrouble(origin: string, preflight?: Response, exposed?: Headers): string | undefined {
  const allowed = preflight?.headers.get('access-control-allow-origin');
  if (!preflight?.ok || !allowed || !['*', origin].includes(allowed)) return 'no CORS rule of the store allows it';
  const list = (name: string, headers?: Headers): string[] =>
    (headers?.get(name) ?? '')
      .toLowerCase()
      .split(',')
      .map((each) => each.trim());
  const methods = list('access-control-allow-methods', preflight.headers);
  if (!methods.includes('put') && !methods.includes('*')) return 'the CORS rules of the store leave out PUT';
  if (!list('access-control-expose-headers', exposed).includes('etag')) {
    return 'the CORS rules of the store do not expose the ETag header';
  }
  return undefined;
}
