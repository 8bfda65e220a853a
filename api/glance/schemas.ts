import type { FastifyPluginAsync } from 'fastify';
import { imageStatuses, visibilities } from '../../shared/contracts/image.ts';
import { memberStatuses } from '../../shared/ports/glance.ts';
import { taskStatuses } from '../../shared/ports/import-tasks.ts';
import { glanceContainerFormats, glanceDiskFormats } from './formats.ts';
import { taskType } from './task-query.ts';

/** JSON Schemas (draft 4) of the resources: glanceclient builds its models and command options of them. */
const text = (description: string, more: object = {}) => ({ type: 'string', description, ...more });
const textOrNull = (description: string, more: object = {}) => ({ type: ['null', 'string'], description, ...more });
const readOnly = { readOnly: true } as const;

export const imageProperties = {
  id: text('Identifier of the image', {
    pattern: '^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$',
  }),
  name: textOrNull('Name for people', { maxLength: 255 }),
  status: text('Where the image stands', { ...readOnly, enum: imageStatuses }),
  visibility: text('Who may see the image', { enum: visibilities }),
  protected: { type: 'boolean', description: 'Whether the image cannot be deleted' },
  os_hidden: { type: 'boolean', description: 'Whether lists leave the image out unless asked for it' },
  checksum: textOrNull('MD5 of the image data', { ...readOnly, maxLength: 32 }),
  os_hash_algo: textOrNull('Algorithm of os_hash_value', { ...readOnly, maxLength: 64 }),
  os_hash_value: textOrNull('Hash of the image data in hexadecimal', { ...readOnly, maxLength: 128 }),
  owner: textOrNull('Project that owns the image', { maxLength: 255 }),
  size: { type: ['null', 'integer'], description: 'Size of the image data in bytes', ...readOnly },
  virtual_size: { type: ['null', 'integer'], description: 'Size of the disk that a guest sees in bytes', ...readOnly },
  container_format: textOrNull('What is around the disk', { enum: [null, ...glanceContainerFormats] }),
  disk_format: textOrNull('Format of the disk', { enum: [null, ...glanceDiskFormats] }),
  created_at: text('When the record was made', readOnly),
  updated_at: text('When the record was changed last', readOnly),
  tags: { type: 'array', description: 'Words to find the image by', items: { type: 'string', maxLength: 255 } },
  min_ram: { type: 'integer', description: 'Memory that an instance needs, in MiB' },
  min_disk: { type: 'integer', description: 'Disk that an instance needs, in GiB' },
  self: text('Where the record is', readOnly),
  file: text('Where the image data is', readOnly),
  schema: text('Where this schema is', readOnly),
} as const;

const image = {
  name: 'image',
  properties: imageProperties,
  additionalProperties: { type: 'string' },
  links: [
    { rel: 'self', href: '{self}' },
    { rel: 'enclosure', href: '{file}' },
    { rel: 'describedby', href: '{schema}' },
  ],
};

const member = {
  name: 'member',
  properties: {
    member_id: text('Project that the image is shared with'),
    image_id: imageProperties.id,
    status: text('What that project says to it', { enum: memberStatuses }),
    created_at: text('When it was shared', readOnly),
    updated_at: text('When the status was changed last', readOnly),
    schema: text('Where this schema is', readOnly),
  },
};

const task = {
  name: 'task',
  properties: {
    id: text('Identifier of the task', readOnly),
    type: text('What kind of task it is', { ...readOnly, enum: [taskType] }),
    status: text('Where the task stands', { ...readOnly, enum: taskStatuses }),
    input: { type: ['null', 'object'], description: 'What was asked for' },
    result: { type: ['null', 'object'], description: 'What came of it', ...readOnly },
    message: text('Why it failed', readOnly),
    owner: text('Project that asked for it', readOnly),
    user_id: textOrNull('Who asked for it', readOnly),
    request_id: text('Request that asked for it', readOnly),
    image_id: text('Image that it works on', readOnly),
    created_at: text('When it began', readOnly),
    updated_at: text('When it was changed last', readOnly),
    expires_at: textOrNull('When it is forgotten', readOnly),
    self: text('Where the task is', readOnly),
    schema: text('Where this schema is', readOnly),
  },
};

/** What a list shows of each. */
const { input: _input, result: _result, message: _message, ...stubProperties } = task.properties;
const taskStub = { name: 'task', properties: stubProperties };

/** Of metadata definitions there are none (metadefs.ts), but clients read what they would look like before they ask. */
const namespace = {
  name: 'namespace',
  required: ['namespace'],
  properties: {
    namespace: text('Name of the namespace', { maxLength: 80 }),
    display_name: text('Name for people', { maxLength: 80 }),
    description: text('What it is about', { maxLength: 500 }),
    visibility: text('Who may see it', { enum: ['public', 'private'] }),
    protected: { type: 'boolean', description: 'Whether it cannot be deleted' },
    owner: text('Project that owns it', { maxLength: 255 }),
    resource_type_associations: { type: 'array', items: { type: 'object' } },
    created_at: text('When it was made', readOnly),
    updated_at: text('When it was changed last', readOnly),
    self: text('Where it is', readOnly),
    schema: text('Where this schema is', readOnly),
  },
};
const resourceType = {
  name: 'resource_type',
  properties: { name: text('What kind of resource definitions are for', { maxLength: 80 }) },
};

const collection = (name: string, items: object, paged: boolean) => ({
  name,
  properties: {
    [name]: { type: 'array', items },
    ...(paged ? { first: { type: 'string' }, next: { type: 'string' } } : {}),
    schema: { type: 'string' },
  },
  links: [
    ...(paged
      ? [
          { rel: 'first', href: '{first}' },
          { rel: 'next', href: '{next}' },
        ]
      : []),
    { rel: 'describedby', href: '{schema}' },
  ],
});

const schemas: Readonly<Record<string, object>> = {
  image,
  images: collection('images', image, true),
  member,
  members: collection('members', member, false),
  task,
  tasks: collection('tasks', taskStub, true),
  'metadefs/namespace': namespace,
  'metadefs/namespaces': collection('namespaces', namespace, true),
  'metadefs/resource_type': resourceType,
  'metadefs/resource_types': collection('resource_types', resourceType, false),
};

export const schemaRoutes = (): FastifyPluginAsync => async (app) => {
  for (const [name, schema] of Object.entries(schemas)) app.get(`/schemas/${name}`, async () => schema);
};
