import { BootreadyError } from '../../../shared/errors.ts';
import { assertWithin } from '../../../shared/limits/request-limits.ts';
import type { Image, ImageAttributes } from '../../../shared/ports/image.ts';
import { assertPropertiesFit, type BaseAttribute } from '../../images/image-attributes.ts';

function makeForbiddenError(message: string): BootreadyError {
  return new BootreadyError({ code: 'forbidden', message });
}

/** The attributes of an image by the names of the API. */
export type Attributes = { base: Record<BaseAttribute, unknown>; properties: Record<string, string> };

export function toAttributes(image: ImageAttributes): Attributes {
  return {
    base: {
      name: image.name === '' ? null : image.name,
      visibility: image.visibility,
      protected: image.isProtected,
      os_hidden: image.isHidden,
      tags: image.tags,
      min_disk: image.minDisk,
      min_ram: image.minRam,
      disk_format: image.diskFormat,
      container_format: image.containerFormat,
      owner: image.projectId,
    },
    properties: { ...image.properties },
  };
}

/** @throws BootreadyError `quota-exceeded` when there are too many tags or properties */
export function toImageAttributes({ base, properties }: Attributes): ImageAttributes {
  const image = {
    projectId: base.owner as string,
    name: (base.name as string | null) ?? '',
    visibility: base.visibility as ImageAttributes['visibility'],
    isProtected: base.protected as boolean,
    isHidden: base.os_hidden as boolean,
    tags: base.tags as string[],
    minDisk: base.min_disk as number,
    minRam: base.min_ram as number,
    diskFormat: base.disk_format as string | null,
    containerFormat: base.container_format as string | null,
    properties,
  };
  assertWithin('tags', image.tags.length);
  assertPropertiesFit(properties);
  return image;
}

/** Formats describe bytes, and objects are below their project. So these attributes cannot change once there are bytes. @throws BootreadyError `forbidden` */
export function assertMayChange({ status }: Image, name: string): void {
  if (name !== 'disk_format' && name !== 'container_format' && name !== 'owner') return;
  if (status === 'queued' || status === 'importing') return;
  throw makeForbiddenError(
    `The attribute "${name}" can be changed only while the image is queued; this image is ${status}.`,
  );
}
