import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { BootreadyError } from '../shared/errors.ts';
import type { ApiDeps } from './deps.ts';
import { ownImage } from './image-access.ts';

const files = {
  'serial.log': { type: 'text/plain; charset=utf-8', part: 'serialLog' },
  'screen.png': { type: 'image/png', part: 'screen' },
} as const;

const Params = z.object({
  id: z.string(),
  run: z.coerce.number().int().min(1),
  name: z.enum(Object.keys(files) as [keyof typeof files, ...(keyof typeof files)[]]),
});

/** What the boot check of a run saw. The guest wrote it: it is served as what it is, and nothing in it is ever run. */
export const evidenceRoutes =
  (deps: ApiDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/images/:id/runs/:run/evidence/:name',
      { schema: { summary: 'Console log or screen picture of a boot check', params: Params } },
      async (request, reply) => {
        const image = await ownImage(deps, request);
        const { run: number, name } = request.params;
        const run = (await deps.images.runs(image.id)).find((each) => each.number === number);
        const where = run?.report?.boot?.[files[name].part];
        const object = where ? await deps.store.head(where.bucket, where.key) : undefined;
        if (!object) {
          throw new BootreadyError({
            code: 'not-found',
            message: 'This run has no such evidence.',
            remedy: 'Only runs with a boot check have any; "bootready show" tells.',
          });
        }
        reply.headers({
          'content-type': files[name].type,
          'content-security-policy': "default-src 'none'; sandbox",
          'content-length': object.size,
        });
        return reply.send(await deps.store.stream(object));
      },
    );
  };
