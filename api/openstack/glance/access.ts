import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { BootreadyError } from '../../../shared/errors.ts';
import type { Image } from '../../../shared/ports/image.ts';
import type { ApiDeps } from '../../deps.ts';
import { assertMayPublicize, owns, toViewer } from '../../images/access.ts';

function noSuchImage(id: string): BootreadyError {
  return new BootreadyError({
    code: 'not-found',
    message: `There is no image ${JSON.stringify(id.slice(0, 100))} that you can see.`,
    remedy: '"openstack image list" shows the images you can see.',
  });
}

/** The image of the route's `:id`. An image that the viewer may not see gets the same answer as a missing one. @throws `not-found` */
export async function visibleImage({ images }: Pick<ApiDeps, 'images'>, request: FastifyRequest): Promise<Image> {
  const { id } = request.params as { id: string };
  const image = z.guid().safeParse(id).success ? await images.getVisible(id, toViewer(request)) : undefined;
  if (!image) throw noSuchImage(id);
  return image;
}

/** For what only the owner may do. @throws `not-found`, `forbidden` when the viewer sees it and does not own it, or may not change anything */
export async function ownImage(deps: Pick<ApiDeps, 'images'>, request: FastifyRequest): Promise<Image> {
  const image = await visibleImage(deps, request);
  const viewer = toViewer(request);
  if (owns(viewer, image)) {
    // This holds for every owner: only administrators offer images to everyone, and change those.
    if (image.visibility === 'public') assertMayPublicize(viewer);
    return image;
  }
  throw new BootreadyError({
    code: 'forbidden',
    message: 'This image belongs to another project, and only that project can change it.',
    remedy: 'Download it and create your own image.',
  });
}
