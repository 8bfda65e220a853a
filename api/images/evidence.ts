import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Report } from '../../shared/contracts/run.ts';
import { BootreadyError } from '../../shared/errors.ts';
import { sbomFile, sbomMediaType } from '../../shared/sbom/cyclonedx.ts';
import type { ApiDeps } from '../deps.ts';
import { media } from '../http/openapi.ts';
import { bytesWhileAllowed } from '../identity/while-allowed.ts';
import { findShownRun, usableImage } from './image-access.ts';

type Evidence = { type: string; of: (report: Report) => { bucket: string; key: string } | undefined };
const files = {
  'serial.log': { type: 'text/plain; charset=utf-8', of: ({ boot }) => boot?.serialLog },
  'screen.png': { type: 'image/png', of: ({ boot }) => boot?.screen },
  [sbomFile]: { type: sbomMediaType, of: ({ sbom }) => sbom },
} as const satisfies Record<string, Evidence>;

const Params = z.object({
  id: z.string(),
  run: z.coerce.number().int().min(1),
  name: z.enum(Object.keys(files) as [keyof typeof files, ...(keyof typeof files)[]]),
});

/**
 * The evidence of a run's steps: its boot check, and the packages inside. The guest wrote it. It is served with its real type, and nothing in it is ever run.
 */
export function evidenceRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/images/:id/runs/:run/evidence/:name',
      {
        config: { security: 'download' },
        schema: {
          operationId: 'getEvidence',
          summary: 'Console log or screenshot of a boot check; software bill of materials (CycloneDX)',
          params: Params,
          response: {
            200: media('Name of the evidence', {
              'text/plain': z.string(),
              'image/png': z.string(),
              [sbomMediaType]: z.unknown(),
            }),
          },
        },
      },
      async (request, reply) => {
        const image = await usableImage(deps, request);
        const { run: number, name } = request.params;
        const run = await findShownRun(deps, request, image, number);
        const where = run?.report && files[name].of(run.report);
        const object = where ? await deps.store.head(where.bucket, where.key) : undefined;
        if (!object) {
          throw new BootreadyError({
            code: 'not-found',
            message: 'This run does not have that evidence.',
            remedy:
              'A boot check produces the console log and the screenshot. A package database of dpkg, rpm or apk produces the bill of materials. "bootready report" shows the details.',
          });
        }
        reply.headers({
          'content-type': files[name].type,
          'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
          'content-length': object.size,
        });
        const mayStill = () => usableImage(deps, request);
        return reply.send(await bytesWhileAllowed(deps.store, request, { object, mayStill }));
      },
    );
  };
}
