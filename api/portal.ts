import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../shared/config.ts';
import { leaveOutGuardsOfDocuments } from './http/guards.ts';
import { rateHeaders } from './http/rate-limits.ts';

/**
 * The policy for a page: which resources it may load, and which servers it may call. No inline script or style, no frame around it. Uploads go directly to the
 * store.
 */
function contentSecurityPolicy({ S3_PUBLIC_ENDPOINT, S3_ENDPOINT }: Config): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self' ${new URL(S3_PUBLIC_ENDPOINT ?? S3_ENDPOINT).origin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Paths of the API and of machines. A missing resource there gets an answer in JSON, whatever type the client asked for. */
const notPages = /^\/(v1|image|identity|events|queues|sign-in|assets|livez|readyz|openapi\.json)(\/|$)/;

/**
 * The portal as it was built: `/assets/*` have their hash in their name and never change; every other path that a browser opens is
 * a page of the one application. Gives undefined where nothing was built.
 */
export async function servePortal(
  app: FastifyInstance,
  folder: string,
  config: Config,
): Promise<((request: FastifyRequest, reply: FastifyReply) => FastifyReply | undefined) | undefined> {
  if (!existsSync(join(folder, 'index.html'))) return undefined;
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
    'content-security-policy': contentSecurityPolicy(config),
    'cross-origin-resource-policy': 'same-origin',
  };
  await app.register(fastifyStatic, {
    root: join(folder, 'assets'),
    prefix: '/assets/',
    index: false,
    cacheControl: false,
    preCompressed: true,
    // The name says what is in it: nobody asks whether it changed.
    etag: false,
    lastModified: false,
    acceptRanges: false,
    setHeaders: (reply, path) => {
      reply.header('cache-control', 'public, max-age=31536000, immutable');
      reply.header('cross-origin-resource-policy', 'same-origin');
      // Each byte here counts as many times as a page has files.
      if (!/\.svg(\.\w+)?$/.test(path)) leaveOutGuardsOfDocuments(reply);
      for (const name of rateHeaders) reply.removeHeader(name);
    },
  });
  const html = await readFile(join(folder, 'index.html'), 'utf8');
  const page = (reply: FastifyReply): FastifyReply => reply.code(200).headers(headers).send(html);
  return (request, reply) => {
    const wantsPage = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
    return wantsPage && !notPages.test(request.url.split('?', 1)[0] ?? '') ? page(reply) : undefined;
  };
}
