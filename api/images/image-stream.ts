import { AsyncResource } from 'node:async_hooks';
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { isBootreadyError } from '../../shared/errors.ts';
import type { ApiDeps } from '../deps.ts';
import { readLanguage } from '../http/language.ts';
import { createOpenStreams } from '../http/open-streams.ts';
import { media } from '../http/openapi.ts';
import { readIdentity, readScope } from '../identity/identity.ts';
import { whileAllowed } from '../identity/while-allowed.ts';
import { type ChangedImages, createChangedImages } from './changed-images.ts';
import { readDetail, usableImage } from './image-access.ts';

/** A comment so often keeps proxies from closing the connection. */
const heartbeatMs = 15_000;
/** Changes come in bursts; nobody reads faster than this. */
const calmMs = 250;

/**
 * Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): the image in its current state, first at once and then after every
 * change. Each event has the whole image, so a client that reconnects has missed nothing.
 */
export function imageStream(deps: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    const open = new Set<() => void>();
    const streams = createOpenStreams();
    const changedImages = createChangedImages(deps, calmMs);
    app.addHook('preClose', async () => {
      for (const end of open) end();
    });

    /** Answers with a stream that lives until its client goes, its source is over or the process closes. */
    const stream = (request: FastifyRequest, reply: FastifyReply, source: Source): void => {
      const { subscribe, mayStill, pending, next } = source;
      const leave = streams.enter(readIdentity(request));
      const raw = startStream(request, reply);
      let sending = false;
      const send = async (): Promise<void> => {
        if (sending) return;
        sending = true;
        try {
          while (pending() && !raw.destroyed) {
            if (!(await allowance.check())) return end();
            const event = await next();
            if (event === 'over') return end();
            if (event) streams.write(raw, `event: ${event.name}\ndata: ${JSON.stringify(event.data)}\n\n`);
            await new Promise((resolve) => setTimeout(resolve, calmMs));
          }
        } catch (error) {
          // The client connects again; by then the database may answer.
          request.log.warn({ error }, 'a stream ended');
          end();
        } finally {
          sending = false;
        }
      };
      const unsubscribe = subscribe(() => void send());
      const beating = setInterval(() => raw.write(': still here\n\n'), heartbeatMs);
      const end = (): void => {
        clearInterval(beating);
        allowance.stop();
        unsubscribe();
        leave();
        open.delete(end);
        raw.end();
      };
      const allowance = whileAllowed(request, { mayStill, end });
      open.add(end);
      raw.once('close', end);
      void send();
    };

    app.get(
      '/images/:id/stream',
      {
        config: { staysOpen: true },
        schema: {
          operationId: 'followImage',
          summary: 'An image and its changes as server-sent events',
          params: z.object({ id: z.string() }),
          // EventSource sends no headers of one's choice.
          querystring: z.object({ language: z.enum(['en', 'de']).optional() }),
          response: { 200: media('Events "image", each with an ImageDetail', { 'text/event-stream': z.string() }) },
        },
      },
      async (request, reply) => {
        const { id } = await usableImage(deps, request);
        const language = request.query.language ?? readLanguage(request);
        let dirty = true;
        stream(request, reply, {
          subscribe: (wake) =>
            deps.feed.subscribe(id, () => {
              dirty = true;
              wake();
            }),
          mayStill: () => usableImage(deps, request),
          pending: () => dirty,
          next: async () => {
            dirty = false;
            try {
              return { name: 'image', data: await readDetail(deps, request, reply, id, language) };
            } catch (error) {
              if (isBootreadyError(error) && error.code === 'not-found') return 'over';
              throw error;
            }
          },
        });
      },
    );

    app.get(
      '/images/stream',
      {
        config: { staysOpen: true },
        schema: {
          operationId: 'followImages',
          summary: 'IDs of changed images as server-sent events, for lists',
          response: { 200: media('Events "images", each with ids', { 'text/event-stream': z.string() }) },
        },
      },
      async (request, reply) => {
        const scope = readScope(request);
        const changed = new Set<string>();
        // A client may have missed changes before it connects.
        let everything = true;
        stream(request, reply, {
          subscribe: (wake) => {
            const hear = AsyncResource.bind((found: ChangedImages) => {
              if (found === undefined) everything = true;
              for (const [id, project] of found ?? []) if (scope === undefined || project === scope) changed.add(id);
              if (everything || changed.size > 0) wake();
            });
            return changedImages.subscribe(hear);
          },
          mayStill: async () => undefined,
          pending: () => everything || changed.size > 0,
          next: async () => {
            const candidates = [...changed];
            const all = everything;
            changed.clear();
            everything = false;
            const ids = candidates.length > 0 ? await deps.images.ownedBy(candidates, scope) : [];
            return all || ids.length > 0 ? { name: 'images', data: { ids } } : undefined;
          },
        });
      },
    );
  };
}

type Source = {
  /** Wakes the stream after each change; gives what ends that. */
  subscribe: (wake: () => void) => () => void;
  /** @throws when who asks may not see it any more */
  mayStill: () => Promise<unknown>;
  pending: () => boolean;
  /** Takes what is pending: an event, none after all, or the end of the stream. */
  next: () => Promise<{ name: string; data: object } | undefined | 'over'>;
};

function startStream(request: FastifyRequest, reply: FastifyReply): ServerResponse {
  reply.hijack();
  reply.raw.writeHead(200, {
    ...(reply.getHeaders() as OutgoingHttpHeaders),
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'x-request-id': request.id,
  });
  return reply.raw;
}
