import type { FastifyRequest } from 'fastify';
import { BootreadyError } from '../../shared/errors.ts';
import type { ImageViewer } from '../../shared/images/image-fields.ts';
import type { Image, Viewer } from '../../shared/ports/image.ts';
import { readIdentity } from '../identity/identity.ts';

/** Who may see an image, own it, and offer it to everyone. Both APIs use these rules. */

export function toViewer(request: FastifyRequest): Viewer {
  const { projectId, role } = readIdentity(request);
  return { projectId, role };
}

/** The relation of the viewer to an image that the viewer may see. It decides which fields of the image are shown. */
export function findRelation(viewer: Viewer, image: Pick<Image, 'projectId' | 'visibility'>): ImageViewer {
  if (viewer.projectId === image.projectId) return 'owner';
  if (viewer.role === 'admin') return 'administrator';
  return image.visibility === 'shared' ? 'member' : 'other';
}

/** Whether the viewer's project owns it, or the viewer is an administrator. */
export function owns({ projectId, role }: Viewer, image: Pick<Image, 'projectId'>): boolean {
  return role === 'admin' || projectId === image.projectId;
}

/** Administrators alone make images public. @throws `forbidden` */
export function assertMayPublicize({ role }: Viewer): void {
  if (role === 'admin') return;
  throw new BootreadyError({
    code: 'forbidden',
    message: 'Only administrators can make an image public.',
    remedy: 'Share it with single projects, or make it a community image.',
  });
}
