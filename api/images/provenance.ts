import type { KeyObject } from 'node:crypto';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ProvenanceKeys } from '../../shared/contracts/api.ts';
import { BootreadyError } from '../../shared/errors.ts';
import { Envelope, makeKeyId } from '../../shared/provenance/dsse.ts';
import { makePublicPem, readPublicKeys, readSigningKey } from '../../shared/provenance/keys.ts';
import { evidenceKey, provenanceFile } from '../../shared/report/evidence.ts';
import type { ApiDeps } from '../deps.ts';
import { bytesWhileAllowed } from '../identity/while-allowed.ts';
import { usableImage } from './image-access.ts';

/** The signed provenance of published images, and the public keys of the signatures. */
export function provenanceRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    const { PROVENANCE_FORMER_KEYS: former, IMAGES_BUCKET: bucket } = deps.config;
    const keys = [...currentKeys(deps.config), ...(former ? readPublicKeys(former) : [])];

    app.get(
      '/provenance/keys',
      {
        schema: {
          operationId: 'listProvenanceKeys',
          summary: 'Public keys of the provenance of images, the one in use first',
          response: { 200: ProvenanceKeys },
        },
      },
      async () => ({ keys: keys.map((key) => ({ keyId: makeKeyId(key), pem: makePublicPem(key) })) }),
    );

    app.get(
      '/images/:id/provenance',
      {
        schema: {
          operationId: 'getProvenance',
          summary: 'Signed provenance of a published image (DSSE)',
          params: z.object({ id: z.string() }),
          response: { 200: Envelope },
        },
      },
      async (request, reply) => {
        const image = await usableImage(deps, request);
        const run = await deps.images.run(image.id, 'published');
        const key =
          run && evidenceKey({ projectId: image.projectId, imageId: image.id, runId: run.id }, provenanceFile);
        const object = key ? await deps.store.head(bucket, key) : undefined;
        if (!object) {
          throw new BootreadyError({
            code: 'not-found',
            message: run ? 'This image was published without a signature.' : 'This image is not published.',
            remedy: run
              ? 'The installation had no signing key at that time (PROVENANCE_KEY).'
              : 'Provenance is created with publication. "bootready show" shows what the image is waiting for.',
          });
        }
        reply.headers({ 'content-type': 'application/json', 'content-length': object.size });
        // As it was signed, byte by byte.
        const mayStill = () => usableImage(deps, request);
        return reply.send((await bytesWhileAllowed(deps.store, request, { object, mayStill })) as unknown as Envelope);
      },
    );
  };
}

/** The private key is for workers. An API that was given it still shows its public half. */
function currentKeys({ PROVENANCE_PUBLIC_KEY: pem, PROVENANCE_KEY: signing }: ApiDeps['config']): KeyObject[] {
  if (pem) return readPublicKeys(pem);
  return signing ? [readSigningKey(signing)] : [];
}
