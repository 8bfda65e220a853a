import { z } from 'zod';
import { BootreadyError } from '../../../shared/errors.ts';
import type { Image, ImageAttributes } from '../../../shared/ports/image.ts';
import { assertSettable, isBaseAttribute, validValue } from '../../images/image-attributes.ts';
import { assertMayChange, toAttributes, toImageAttributes } from './attributes.ts';

/**
 * Changes of an image in the two dialects of the Image API. Both are older relatives of JSON Patch (RFC 6902): operations are add, replace and remove, and a
 * pointer names one attribute. v2.0 writes `{"replace": "/name", "value": ...}`, v2.1 writes `{"op": "replace", "path": "/name", "value": ...}`. In v2.0,
 * adding an existing attribute is an error.
 */
export const patchTypes = {
  'application/openstack-images-v2.0-json-patch': 'v2.0',
  'application/openstack-images-v2.1-json-patch': 'v2.1',
} as const;
export type PatchDialect = (typeof patchTypes)[keyof typeof patchTypes];

const operations = ['add', 'replace', 'remove'] as const;
export type Change = { op: (typeof operations)[number]; name: string; value?: unknown };

function invalid(message: string): BootreadyError {
  return new BootreadyError({
    code: 'invalid-input',
    message,
    remedy: 'See the Image API on PATCH /v2/images/{image_id}.',
  });
}
function conflict(message: string): BootreadyError {
  return new BootreadyError({ code: 'conflict', message });
}

function readSpelling(raw: Record<string, unknown>, dialect: PatchDialect): { op: Change['op']; pointer: unknown } {
  if (dialect === 'v2.1') {
    const op = operations.find((each) => each === raw.op);
    if (!op) throw invalid(`The "op" of a change must be one of ${operations.join(', ')}.`);
    return { op, pointer: raw.path };
  }
  const named = operations.filter((each) => Object.hasOwn(raw, each));
  const [op] = named;
  if (!op || named.length > 1) throw invalid(`A change must have exactly one of ${operations.join(', ')}.`);
  return { op, pointer: raw[op] };
}

/** RFC 6901, of one token only. */
function nameAt(pointer: unknown): string {
  if (typeof pointer !== 'string') throw invalid('A change must name its attribute with a JSON pointer, e.g. "/name".');
  const shown = JSON.stringify(pointer.slice(0, 100));
  if (!pointer.startsWith('/')) throw invalid(`The JSON pointer ${shown} does not start with "/".`);
  if (/~(?![01])/.test(pointer)) throw invalid(`The JSON pointer ${shown} has an invalid "~" escape.`);
  const [token = '', ...more] = pointer.slice(1).split('/');
  if (token.trim() === '' || more.length > 0)
    throw invalid(`The JSON pointer ${shown} does not name an attribute of an image.`);
  return token.replaceAll('~1', '/').replaceAll('~0', '~').trim();
}

/** @throws BootreadyError `invalid-input`, or `forbidden` for what is read-only or reserved */
export function parsePatch(body: unknown, dialect: PatchDialect): Change[] {
  const list = z.array(z.record(z.string(), z.unknown())).safeParse(body);
  if (!list.success) throw invalid('The body must be a JSON array of objects, one for each change.');
  return list.data.map((raw) => {
    const { op, pointer } = readSpelling(raw, dialect);
    const name = nameAt(pointer);
    if (op !== 'remove' && !Object.hasOwn(raw, 'value')) throw invalid(`The operation "${op}" needs a "value".`);
    assertSettable(name);
    return op === 'remove' ? { op, name } : { op, name, value: validValue(name, raw.value) };
  });
}

/**
 * The image after the changes, applied one by one.
 * @throws BootreadyError `conflict` when a property is missing or already exists, `forbidden` when a change removes a base attribute, `quota-exceeded`
 */
export function applyPatch(image: Image, changes: readonly Change[], dialect: PatchDialect): ImageAttributes {
  const attributes = toAttributes(image);
  const { base, properties } = attributes;
  for (const { op, name, value } of changes) {
    const isBase = isBaseAttribute(name);
    const isThere = isBase || Object.hasOwn(properties, name);
    if (op === 'remove') {
      if (isBase)
        throw new BootreadyError({ code: 'forbidden', message: `The attribute "${name}" cannot be removed.` });
      if (!isThere) throw conflict(`The property "${name}" does not exist.`);
      delete properties[name];
      continue;
    }
    if (op === 'replace' && !isThere) throw conflict(`The property "${name}" does not exist.`);
    if (op === 'add' && isThere && dialect === 'v2.0') throw conflict(`The property "${name}" already exists.`);
    if (!isBase) {
      Object.defineProperty(properties, name, { value, enumerable: true, configurable: true, writable: true });
      continue;
    }
    if (base[name] !== value) assertMayChange(image, name);
    base[name] = value;
  }
  return toImageAttributes(attributes);
}
