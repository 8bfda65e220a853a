import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { BootreadyError } from '../../shared/errors.ts';
import type { ImageViewer } from '../../shared/image-fields.ts';
import type { GlanceImage, Viewer } from '../../shared/ports/glance.ts';
import type { ApiDeps } from '../deps.ts';
import { identityOf } from '../identity.ts';

export const viewerOf = (request: FastifyRequest): Viewer => {
  const { projectId, role } = identityOf(request);
  return { projectId, role };
};

export const noSuchImage = (id: string): BootreadyError =>
  new BootreadyError({
    code: 'not-found',
    message: `There is no image ${JSON.stringify(id.slice(0, 100))} that you can see.`,
    remedy: '"openstack image list" shows the images you can see.',
  });

/** The image of the route's `:id`; one that the viewer may not see is answered exactly like none. @throws `not-found` */
export const visibleImage = async (
  { glance }: Pick<ApiDeps, 'glance'>,
  request: FastifyRequest,
): Promise<GlanceImage> => {
  const { id } = request.params as { id: string };
  const image = z.guid().safeParse(id).success ? await glance.get(id, viewerOf(request)) : undefined;
  if (!image) throw noSuchImage(id);
  return image;
};

/** What the viewer is to an image that he may see: that decides which of its fields he is shown. */
export const seenAs = (viewer: Viewer, image: Pick<GlanceImage, 'projectId' | 'visibility'>): ImageViewer => {
  if (viewer.projectId === image.projectId) return 'owner';
  if (viewer.role === 'admin') return 'administrator';
  return image.visibility === 'shared' ? 'member' : 'other';
};

/** Whether the viewer's project owns it, or the viewer is an administrator. */
export const owns = ({ projectId, role }: Viewer, image: Pick<GlanceImage, 'projectId'>): boolean =>
  role === 'admin' || projectId === image.projectId;

/** For what only the owner may do. @throws `not-found`, `forbidden` when the viewer sees it and does not own it, or may not change anything */
export const ownImage = async (deps: Pick<ApiDeps, 'glance'>, request: FastifyRequest): Promise<GlanceImage> => {
  const image = await visibleImage(deps, request);
  const viewer = viewerOf(request);
  if (owns(viewer, image)) {
    // Whoever owns it: administrators alone offer images to everyone, and change what is offered.
    if (image.visibility === 'public') assertMayPublicize(viewer);
    return image;
  }
  throw new BootreadyError({
    code: 'forbidden',
    message: 'This image belongs to another project, and only that project can change it.',
    remedy: 'Download it and create your own image.',
  });
};

/** Administrators alone make images public. @throws `forbidden` */
export const assertMayPublicize = ({ role }: Viewer): void => {
  if (role === 'admin') return;
  throw new BootreadyError({
    code: 'forbidden',
    message: 'Only administrators can make an image public.',
    remedy: 'Share it with single projects, or make it a community image.',
  });
};
