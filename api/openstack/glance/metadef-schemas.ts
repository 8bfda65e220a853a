import { makeList, page, readOnly, type Schema, text, textLine } from './schema.ts';

/**
 * The form of metadata definitions. bootready has no definitions (metadefs.ts), but clients read the form before they ask for them.
 * Source: Glance's api/v2/metadef_*.py; test/conformance/glance-likeness.test.ts compares the two.
 */
const count = { $ref: '#/definitions/positiveInteger' } as const;
const countOrZero = { $ref: '#/definitions/positiveIntegerDefault0' } as const;
const words = { $ref: '#/definitions/stringArray' } as const;
const properties = { $ref: '#/definitions/property' } as const;
const kinds = ['array', 'boolean', 'integer', 'number', 'object', 'string', null];
const short = { type: 'string', maxLength: 80 } as const;

const times = {
  created_at: text('When it was made', { ...readOnly, format: 'date-time' }),
  updated_at: text('When it was changed last', { ...readOnly, format: 'date-time' }),
};
const addresses = { schema: { ...readOnly, ...textLine }, self: { ...readOnly, ...textLine } };

/** A definition says with JSON Schema's own words what a property may be. */
const property = {
  name: short,
  title: textLine,
  description: textLine,
  operators: makeList(textLine),
  type: { type: 'string', enum: kinds },
  required: words,
  minimum: { type: 'number' },
  maximum: { type: 'number' },
  maxLength: count,
  minLength: countOrZero,
  pattern: { type: 'string', format: 'regex' },
  enum: { type: 'array' },
  readonly: { type: 'boolean' },
  default: {},
  items: { type: 'object', properties: { type: { type: 'string', enum: kinds }, enum: { type: 'array' } } },
  maxItems: count,
  minItems: countOrZero,
  uniqueItems: { type: 'boolean', default: false },
  additionalItems: { type: 'boolean' },
};

const numbers = {
  positiveInteger: { type: 'integer', minimum: 0 },
  positiveIntegerDefault0: { allOf: [count, { default: 0 }] },
};
const stringArray = { type: 'array', items: textLine, uniqueItems: true };
const definitions = {
  ...numbers,
  stringArray,
  property: {
    type: 'object',
    additionalProperties: { type: 'object', required: ['title', 'type'], properties: property },
  },
};
/** Glance has two: names of one property are at least one. */
const propertyDefinitions = { ...numbers, stringArray: { ...stringArray, minItems: 1 } };

function strict(name: string, of: Schema, required: string[]): Schema {
  return {
    name,
    properties: of,
    additionalProperties: false,
    required,
  };
}

const namespace = strict(
  'namespace',
  {
    namespace: text('Name of the namespace', { maxLength: 80 }),
    display_name: text('Name for people', { maxLength: 80 }),
    description: text('Description of the namespace', { maxLength: 500 }),
    visibility: text('Who may see it', { enum: ['public', 'private'] }),
    protected: { type: 'boolean', description: 'Whether it cannot be deleted' },
    owner: text('Project that owns it', { maxLength: 255 }),
    ...times,
    ...addresses,
    resource_type_associations: makeList({
      type: 'object',
      properties: { name: textLine, prefix: textLine, properties_target: textLine },
    }),
    properties,
    objects: makeList({
      type: 'object',
      properties: { name: textLine, description: textLine, required: words, properties },
    }),
    tags: makeList({ type: 'object', properties: { name: textLine } }),
  },
  ['namespace'],
);

const resourceType = strict(
  'resource_type_association',
  {
    name: text('Kind of resource the definitions are for', { maxLength: 80 }),
    prefix: text('Prefix of the names of its properties', { maxLength: 80 }),
    properties_target: text('Which of the properties of a resource are meant', { maxLength: 80 }),
    ...times,
  },
  ['name'],
);

const object = strict(
  'object',
  { name: short, description: textLine, required: words, properties, ...addresses, ...times },
  ['name'],
);

const tag = strict('tag', { name: short, ...times }, ['name']);

export const metadefSchemas: Readonly<Record<string, Schema>> = {
  namespace: { ...namespace, definitions },
  namespaces: page('namespaces', makeList(namespace), { definitions }),
  resource_type: resourceType,
  resource_types: page('resource_type_associations', makeList(resourceType)),
  object: { ...object, definitions },
  objects: page('objects', makeList(object), { definitions }),
  property: { ...strict('property', property, ['type', 'title', 'name']), definitions: propertyDefinitions },
  // Below its name: no property says it itself.
  properties: page(
    'properties',
    { type: 'object', additionalProperties: strict('property', property, ['type', 'title']) },
    { definitions: propertyDefinitions },
  ),
  tag,
  tags: page('tags', makeList(tag)),
};
