import type { FastifyPluginAsync } from 'fastify';
import { imageStatuses, memberStatuses, visibilities } from '../../../shared/contracts/image.ts';
import { taskStatuses } from '../../../shared/ports/import-tasks.ts';
import { glanceContainerFormats, glanceDiskFormats } from '../../images/image-formats.ts';
import { metadefSchemas } from './metadef-schemas.ts';
import { makeList, page, readOnly, type Schema, text, textLine, textOrNull, uuid, wholeList } from './schema.ts';
import { taskTypes } from './task-query.ts';

/**
 * Glance's schema for an address that an administrator sets as the place of image data. bootready has no such addresses, but Glance's clients search for the
 * schema.
 */
const location = {
  type: 'object',
  properties: {
    url: { type: 'string', maxLength: 255 },
    metadata: { type: 'object' },
    validation_data: {
      description: 'Required form of the data',
      type: 'object',
      writeOnly: true,
      additionalProperties: false,
      properties: {
        checksum: { type: 'string', minLength: 32, maxLength: 32 },
        os_hash_algo: { type: 'string', maxLength: 64 },
        os_hash_value: { type: 'string', maxLength: 128 },
      },
      required: ['os_hash_algo', 'os_hash_value'],
    },
  },
  required: ['url', 'metadata'],
};

export const imageProperties = {
  id: text('Identifier of the image', uuid),
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
  container_format: textOrNull('Format of the container around the disk', { enum: [null, ...glanceContainerFormats] }),
  disk_format: textOrNull('Format of the disk', { enum: [null, ...glanceDiskFormats] }),
  created_at: text('When the record was made', readOnly),
  updated_at: text('When the record was changed last', readOnly),
  tags: { ...makeList({ type: 'string', maxLength: 255 }), description: 'Words to find the image by' },
  direct_url: text('Where the store has the image data; not told here', readOnly),
  min_ram: { type: 'integer', description: 'Memory that an instance needs, in MiB' },
  min_disk: { type: 'integer', description: 'Disk that an instance needs, in GiB' },
  self: text('Where the record is', readOnly),
  file: text('Where the image data is', readOnly),
  stores: text('Which stores have the image data, separated by commas', readOnly),
  schema: text('Where this schema is', readOnly),
  locations: { ...makeList(location), description: 'Addresses of the image data; not told here' },
} as const;

const image = {
  name: 'image',
  properties: imageProperties,
  additionalProperties: textLine,
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
    image_id: text('Image that is shared', uuid),
    created_at: text('When it was shared'),
    updated_at: text('When the status was changed last'),
    status: text('Answer of that project', { enum: memberStatuses }),
    schema: { ...readOnly, ...textLine },
  },
};

const task = {
  name: 'task',
  properties: {
    id: text('Identifier of the task', uuid),
    type: text('Type of the task', { enum: taskTypes }),
    status: text('Where the task stands', { enum: taskStatuses }),
    input: { type: ['null', 'object'], description: 'Input of the task' },
    result: { type: ['null', 'object'], description: 'Result of the task' },
    owner: text('Project that asked for it'),
    message: text('Why it failed'),
    image_id: text('Image that it works on'),
    request_id: text('Request that asked for it'),
    user_id: text('Who asked for it'),
    expires_at: textOrNull('When it is forgotten'),
    created_at: text('When it began'),
    updated_at: text('When it was changed last'),
    self: { ...readOnly, ...textLine },
    schema: { ...readOnly, ...textLine },
  },
};

/** The fields that a list shows of each task. */
const { input: _input, result: _result, message: _message, ...stubProperties } = task.properties;
const taskStub = { name: 'task', properties: stubProperties };

const schemas: Readonly<Record<string, Schema>> = {
  image,
  images: page('images', makeList(image)),
  member,
  members: wholeList('members', member),
  task,
  tasks: wholeList('tasks', taskStub),
  ...Object.fromEntries(Object.entries(metadefSchemas).map(([name, schema]) => [`metadefs/${name}`, schema])),
};

export function schemaRoutes(): FastifyPluginAsync {
  return async (app) => {
    for (const [name, schema] of Object.entries(schemas)) app.get(`/schemas/${name}`, async () => schema);
  };
}
