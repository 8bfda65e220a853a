import { z } from 'zod';
import { visibilities } from '../../shared/contracts/image.ts';
import { BootreadyError } from '../../shared/errors.ts';
import type { GlanceImage, ImageAttributes } from '../../shared/ports/glance.ts';
import { assertWithin, bytesOfProperties } from '../../shared/request-limits.ts';
import { glanceContainerFormats, glanceDiskFormats } from './formats.ts';

/** Text that Postgres can keep. */
const text = z
  .string()
  .regex(/^\P{Cs}*$/u, 'contains half a character')
  .refine((value) => !value.includes('\0'), 'contains a zero byte');
const amount = z
  .number()
  .int()
  .min(0)
  .max(2 ** 31 - 1);

export const Tag = text.max(255);

/** What its owner may set, by the names of the API. */
export const baseAttributes = {
  name: text.max(255).nullable(),
  visibility: z.enum(visibilities),
  protected: z.boolean(),
  os_hidden: z.boolean(),
  tags: z.array(Tag),
  min_disk: amount,
  min_ram: amount,
  disk_format: z.enum(glanceDiskFormats).nullable(),
  container_format: z.enum(glanceContainerFormats).nullable(),
  owner: text.max(255).nullable(),
} as const;
export type BaseAttribute = keyof typeof baseAttributes;

export const isBaseAttribute = (name: string): name is BaseAttribute => Object.hasOwn(baseAttributes, name);

/** Set by us alone. */
export const readOnlyAttributes: ReadonlySet<string> = new Set([
  'id',
  'status',
  'checksum',
  'os_hash_algo',
  'os_hash_value',
  'size',
  'virtual_size',
  'created_at',
  'updated_at',
  'direct_url',
  'self',
  'file',
  'schema',
  'stores',
]);
const reserved = new Set(['location', 'locations', 'deleted', 'deleted_at']);
const reservedPrefix = 'os_glance';

const propertyValue = text.max(65_535);

const invalid = (message: string, remedy = 'See GET /v2/schemas/image.'): BootreadyError =>
  new BootreadyError({ code: 'invalid-input', message, remedy });
const forbidden = (message: string): BootreadyError => new BootreadyError({ code: 'forbidden', message });

/** @throws BootreadyError `forbidden` for what nobody but us sets */
export const assertSettable = (name: string): void => {
  if (readOnlyAttributes.has(name)) throw forbidden(`The attribute "${name}" is read-only.`);
  if (reserved.has(name) || name.startsWith(reservedPrefix)) throw forbidden(`The attribute "${name}" is reserved.`);
};

/** A value that fits the attribute or, for all other names, a custom property. @throws BootreadyError `invalid-input` */
export const validValue = (name: string, value: unknown): unknown => {
  const schema = isBaseAttribute(name) ? baseAttributes[name] : propertyValue;
  if (!isBaseAttribute(name)) {
    if (name.length > 255 || name === '' || !text.safeParse(name).success) {
      throw invalid('The name of a property must have 1 to 255 characters.', 'Choose another name.');
    }
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return name === 'tags' ? [...new Set(parsed.data as string[])] : parsed.data;
  throw invalid(`The value of "${name}" is not valid: ${parsed.error.issues[0]?.message ?? 'unknown reason'}.`);
};

/** The attributes of an image by the names of the API. */
export type Attributes = { base: Record<BaseAttribute, unknown>; properties: Record<string, string> };

export const attributesOf = (image: ImageAttributes): Attributes => ({
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
});

/** @throws BootreadyError `quota-exceeded` when there are too many tags or properties */
export const imageAttributesOf = ({ base, properties }: Attributes): ImageAttributes => {
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
};

/** @throws BootreadyError `quota-exceeded` that names the limit */
export const assertPropertiesFit = (properties: Readonly<Record<string, string>>): void => {
  assertWithin('properties', Object.keys(properties).length);
  assertWithin('propertyBytes', bytesOfProperties(properties));
};

/** Formats belong to bytes, and objects lie below their project: once bytes are there these stay what they are. @throws BootreadyError `forbidden` */
export const assertMayChange = ({ status }: GlanceImage, name: string): void => {
  if (name !== 'disk_format' && name !== 'container_format' && name !== 'owner') return;
  if (status === 'queued' || status === 'importing') return;
  throw forbidden(`The attribute "${name}" can be changed only while the image is queued; this image is ${status}.`);
};
