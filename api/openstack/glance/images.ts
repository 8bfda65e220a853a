import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { BootreadyError, explain } from '../../../shared/errors.ts';
import type { Image } from '../../../shared/ports/image.ts';
import type { ApiDeps } from '../../deps.ts';
import { inTurn, readPage } from '../../http/page.ts';
import { atLeast } from '../../identity/identity.ts';
import { assertMayPublicize, findRelation, toViewer } from '../../images/access.ts';
import { assertSettable, isBaseAttribute, validValue } from '../../images/image-attributes.ts';
import { ownImage, visibleImage } from './access.ts';
import { type Attributes, toAttributes, toImageAttributes } from './attributes.ts';
import { importMethods, storeId } from './info.ts';
import { parseListQuery } from './list-query.ts';
import { applyPatch, type PatchDialect, parsePatch, patchTypes } from './patch.ts';
import { type RawQuery, withMarker } from './raw-query.ts';
import { toDetailedView, toFacts, toImageView } from './view.ts';

/** Image records: create, list, show, change, delete. */
export function imageRoutes(deps: ApiDeps): FastifyPluginAsync {
  return async (app) => {
    const { config, images, projects, starter } = deps;
    const member = { onRequest: atLeast('member') };

    app.post('/images', { ...member, config: { audit: 'image.create' } }, async (request, reply) => {
      const viewer = toViewer(request);
      const { id, attributes } = parseNewImage(request.body, viewer.projectId);
      if (attributes.visibility === 'public') assertMayPublicize(viewer);
      await assertMayOwn(attributes.projectId, viewer.projectId, viewer.role === 'admin');
      const image = await images.create({
        ...attributes,
        ...(id === undefined ? {} : { id }),
        settings: {},
        uploadsBucket: config.UPLOADS_BUCKET,
      });
      return reply
        .code(201)
        .headers({
          location: `/v2/images/${image.id}`,
          'openstack-image-import-methods': importMethods.join(','),
          'openstack-image-store-ids': storeId,
        })
        .send(toImageView(image, {}));
    });

    const assertMayOwn = async (owner: string, own: string, isAdmin: boolean): Promise<void> => {
      if (owner === own) return;
      if (!isAdmin) {
        throw new BootreadyError({
          code: 'forbidden',
          message: 'Only administrators can create images for other projects.',
          remedy: 'Omit the owner.',
        });
      }
      if (await projects.get(owner)) return;
      throw new BootreadyError({
        code: 'invalid-input',
        message: `There is no project ${JSON.stringify(owner)}.`,
        remedy: 'Create it with "bootready project create".',
      });
    };

    app.get('/images', (request, reply) => inTurn(deps.lists, request, reply, () => listImages(request)));

    const listImages = async (request: FastifyRequest) => {
      const raw = request.query as RawQuery;
      const query = parseListQuery(raw);
      const { records: found, isLast } = await readPage<Image>(query.limit, (last, limit) =>
        images.listVisible({ ...query, ...(last ? { marker: last.id } : {}), limit }, toViewer(request)),
      );
      const latest = await images.latestRuns(found.map(({ id }) => id));
      const viewer = toViewer(request);
      const last = found.at(-1);
      return {
        images: found.map((image) => {
          const last = latest.get(image.id);
          return toImageView(image, toFacts(last, findRelation(viewer, image)), last);
        }),
        first: withMarker('/v2/images', raw, undefined),
        ...(last && !isLast ? { next: withMarker('/v2/images', raw, last.id) } : {}),
        schema: '/v2/schemas/images',
      };
    };

    app.get('/images/:id', async (request) => {
      const image = await visibleImage(deps, request);
      return toDetailedView(deps, image, findRelation(toViewer(request), image));
    });

    // The type is checked before the body is read, because a body of any other type is not a JSON patch.
    const onRequest = [member.onRequest, assertPatchType];
    app.patch('/images/:id', { onRequest, config: { audit: 'image.change' } }, async (request) => {
      const viewer = toViewer(request);
      const dialect = toDialect(request);
      const { id } = await ownImage(deps, request);
      const changes = parsePatch(request.body, dialect);
      const owner = changes.findLast(({ name, op }) => name === 'owner' && op !== 'remove')?.value;
      if (owner !== undefined) await assertMayOwn(String(owner), viewer.projectId, viewer.role === 'admin');
      const changed = await images.change(id, (image) => {
        const after = applyPatch(image, changes, dialect);
        if (after.visibility === 'public' && image.visibility !== 'public') assertMayPublicize(viewer);
        return after;
      });
      return toDetailedView(deps, changed, findRelation(viewer, changed));
    });

    app.delete('/images/:id', { ...member, config: { audit: 'image.delete' } }, async (request, reply) => {
      const { id } = await ownImage(deps, request);
      const { workflowId } = await images.remove(id);
      if (workflowId) {
        // If the run misses the signal, it finds at its next step that the image no longer exists.
        await starter.cancel(workflowId).catch((error: unknown) => {
          request.log.warn({ error: explain(error) }, 'the run of a deleted image was not cancelled');
        });
      }
      return reply.code(204).send();
    });
  };
}

const namesOfPatchTypes = Object.keys(patchTypes).join(', ');

/** @throws BootreadyError `unsupported-media` */
function toDialect(request: FastifyRequest): PatchDialect {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';');
  const dialect = (patchTypes as Record<string, PatchDialect>)[type.trim().toLowerCase()];
  if (dialect) return dialect;
  throw new BootreadyError({
    code: 'unsupported-media',
    message: 'Changes of an image need another media type.',
    remedy: `Send one of ${namesOfPatchTypes}.`,
  });
}

async function assertPatchType(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.header('accept-patch', namesOfPatchTypes);
  toDialect(request);
}

/** @throws BootreadyError `invalid-input`, or `forbidden` for what is read-only or reserved */
function parseNewImage(
  body: unknown,
  ownProject: string,
): { id: string | undefined; attributes: ReturnType<typeof toImageAttributes> } {
  const object = z.record(z.string(), z.unknown()).safeParse(body);
  const id = object.success ? z.guid().optional().safeParse(object.data.id) : undefined;
  if (!object.success || !id?.success) {
    throw new BootreadyError({
      code: 'invalid-input',
      message: object.success ? 'The ID of an image must be a UUID.' : 'The body must be a JSON object.',
      remedy: 'See GET /v2/schemas/image.',
    });
  }
  const attributes: Attributes = {
    base: {
      ...toAttributes(blank).base,
      owner: ownProject,
    },
    properties: {},
  };
  for (const [name, value] of Object.entries(object.data)) {
    if (name === 'id') continue;
    assertSettable(name);
    const valid = validValue(name, value);
    if (!isBaseAttribute(name)) {
      Object.defineProperty(attributes.properties, name, {
        value: valid,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    } else if (name !== 'owner' || valid !== null) attributes.base[name] = valid;
  }
  return { id: id.data?.toLowerCase(), attributes: toImageAttributes(attributes) };
}

/** Default values of a new image. */
const blank = {
  projectId: '',
  name: '',
  visibility: 'shared',
  isProtected: false,
  isHidden: false,
  tags: [],
  minDisk: 0,
  minRam: 0,
  diskFormat: null,
  containerFormat: null,
  properties: {},
} as const;
