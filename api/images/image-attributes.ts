import { z } from 'zod';
import { visibilities } from '../../shared/contracts/image.ts';
import { BootreadyError } from '../../shared/errors.ts';
import { assertWithin, bytesOfProperties } from '../../shared/limits/request-limits.ts';
import { glanceContainerFormats, glanceDiskFormats } from './image-formats.ts';

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

/** The attributes that an owner may set, by their names in the API. */
const baseAttributes = {
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

export function isBaseAttribute(name: string): name is BaseAttribute {
  return Object.hasOwn(baseAttributes, name);
}

/** Set by us alone. */
const readOnlyAttributes: ReadonlySet<string> = new Set([
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

function invalid(message: string, remedy = 'See GET /v2/schemas/image.'): BootreadyError {
  return new BootreadyError({ code: 'invalid-input', message, remedy });
}
function makeForbiddenError(message: string): BootreadyError {
  return new BootreadyError({ code: 'forbidden', message });
}

/** @throws BootreadyError `forbidden` for what nobody but us sets */
export function assertSettable(name: string): void {
  if (readOnlyAttributes.has(name)) throw makeForbiddenError(`The attribute "${name}" is read-only.`);
  if (reserved.has(name) || name.startsWith(reservedPrefix))
    throw makeForbiddenError(`The attribute "${name}" is reserved.`);
}

/** A value that fits the attribute or, for all other names, a custom property. @throws BootreadyError `invalid-input` */
export function validValue(name: string, value: unknown): unknown {
  const schema = isBaseAttribute(name) ? baseAttributes[name] : propertyValue;
  if (!isBaseAttribute(name)) {
    if (name.length > 255 || name === '' || !text.safeParse(name).success) {
      throw invalid('The name of a property must have 1 to 255 characters.', 'Choose another name.');
    }
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return name === 'tags' ? [...new Set(parsed.data as string[])] : parsed.data;
  throw invalid(`The value of "${name}" is not valid: ${parsed.error.issues[0]?.message ?? 'unknown reason'}.`);
}

/** @throws BootreadyError `quota-exceeded` that names the limit */
export function assertPropertiesFit(properties: Readonly<Record<string, string>>): void {
  assertWithin('properties', Object.keys(properties).length);
  assertWithin('propertyBytes', bytesOfProperties(properties));
}
