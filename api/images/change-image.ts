import type { ChangeImage } from '../../shared/contracts/api.ts';
import { BootreadyError } from '../../shared/errors.ts';
import type { Image, ImageAttributes } from '../../shared/ports/image.ts';
import { assertPropertiesFit, assertSettable, isBaseAttribute, validValue } from './image-attributes.ts';

/** The attributes of an image after a change. Properties are merged, and null removes one. @throws `invalid-input`, `forbidden`, `quota-exceeded` */
export function afterChange(image: Image, change: ChangeImage): Partial<ImageAttributes> {
  const { name, minRam, minDisk, visibility, tags, protected: isProtected, properties = {} } = change;
  const after = new Map(Object.entries(image.properties));
  for (const [key, value] of Object.entries(properties)) {
    assertSettable(key);
    if (isBaseAttribute(key)) throw noProperty(key);
    if (value === null) after.delete(key);
    else after.set(key, validValue(key, value) as string);
  }
  const changed = Object.fromEntries(after);
  assertPropertiesFit(changed);
  return {
    ...(name === undefined ? {} : { name }),
    ...(minRam === undefined ? {} : { minRam }),
    ...(minDisk === undefined ? {} : { minDisk }),
    ...(visibility === undefined ? {} : { visibility }),
    ...(isProtected === undefined ? {} : { isProtected }),
    ...(tags === undefined ? {} : { tags: validValue('tags', tags) as string[] }),
    properties: changed,
  };
}

function noProperty(key: string): BootreadyError {
  return new BootreadyError({
    code: 'invalid-input',
    message: `"${key}" is a built-in attribute and cannot be set as a property.`,
    remedy:
      'Name, minRam, minDisk, visibility, protected and tags are separate fields. The Image API changes the other attributes.',
  });
}
