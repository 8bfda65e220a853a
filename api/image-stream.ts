import type { ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ApiDeps } from './deps.ts';
import { scopeOf } from './identity.ts';
import { detailOf, ownImage } from './image-access.ts';
import { languageOf } from './views.ts';

/** A comment so often keeps proxies from closing the connection. */
const heartbeatMs = 15_000;
/** Changes come in bursts; nobody reads faster than this. */
const calmMs = 250;

/**
 * Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): the image as it is, at once and after
 * every change. Each event is the whole image, so whoever reconnects has missed nothing.
 */
export const imageStream =
  (deps: ApiDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const open = new Set<() => void>();
    app.addHook('preClose', async () => {
      for (const end of open) end();
    });

    /** Gives what ends the stream. */
    const keepOpen = (raw: ServerResponse, unsubscribe: () => void): (() => void) => {
      const beating = setInterval(() => raw.write(': still here\n\n'), heartbeatMs);
      const end = (): void => {
        clearInterval(beating);
        unsubscribe();
        open.delete(end);
        raw.end();
      };
      open.add(end);
      raw.once('close', end);
      return end;
    };

    app.get(
      '/images/:id/stream',
      {
        schema: {
          summary: 'The image and its changes as server-sent events',
          params: z.object({ id: z.string() }),
          // EventSource sends no headers of one's choice.
          querystring: z.object({ language: z.enum(['en', 'de']).optional() }),
        },
      },
      async (request, reply) => {
        const { id } = await ownImage(deps, request);
        const scope = scopeOf(request);
        const language = request.query.language ?? languageOf(request.headers['accept-language']);
        const raw = startStream(request, reply);

        let dirty = true;
        let sending = false;
        const send = async (): Promise<void> => {
          if (sending) return;
          sending = true;
          try {
            while (dirty && !raw.destroyed) {
              dirty = false;
              const image = await deps.images.get(id, scope);
              if (!image) return end();
              raw.write(`event: image\ndata: ${JSON.stringify(await detailOf(deps, image, language))}\n\n`);
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
        const changed = (): void => {
          dirty = true;
          void send();
        };
        const end = keepOpen(raw, deps.feed.subscribe(id, changed));
        void send();
      },
    );

    app.get(
      '/images/stream',
      { schema: { summary: 'Ids of images that change, as server-sent events: for lists' } },
      async (request, reply) => {
        const scope = scopeOf(request);
        const raw = startStream(request, reply);
        const changed = new Set<string>();
        let everything = false;
        let sending = false;
        const send = async (): Promise<void> => {
          if (sending) return;
          sending = true;
          try {
            while ((everything || changed.size > 0) && !raw.destroyed) {
              const ids = [...changed];
              const all = everything;
              changed.clear();
              everything = false;
              const mine = ids.length > 0 ? await deps.images.ownedBy(ids, scope) : [];
              if (all || mine.length > 0) raw.write(`event: images\ndata: ${JSON.stringify({ ids: mine })}\n\n`);
              await new Promise((resolve) => setTimeout(resolve, calmMs));
            }
          } catch (error) {
            request.log.warn({ error }, 'a stream ended');
            end();
          } finally {
            sending = false;
          }
        };
        const end = keepOpen(
          raw,
          deps.feed.subscribeAll((id) => {
            if (id === undefined) everything = true;
            else changed.add(id);
            void send();
          }),
        );
        // Whoever connects may have missed something.
        everything = true;
        void send();
      },
    );
  };

const startStream = (request: FastifyRequest, reply: FastifyReply): ServerResponse => {
  reply.hijack();
  reply.raw.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'x-request-id': request.id,
  });
  return reply.raw;
};
