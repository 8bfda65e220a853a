import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import * as contracts from '../../shared/contracts/api.ts';
import { Finding } from '../../shared/contracts/finding.ts';
import { ImageSettings, MemberStatus } from '../../shared/contracts/image.ts';
import {
  AuditEntry,
  AuditPage,
  OpenRunView,
  Operations,
  QueueView,
  WorkerView,
} from '../../shared/contracts/operations.ts';
import { GuestFacts, Report } from '../../shared/contracts/run.ts';
import { describeErrorCode, type ErrorCode } from '../../shared/error-codes.ts';
import { readAmount, requestLimits } from '../../shared/limits/request-limits.ts';
import { Envelope } from '../../shared/provenance/dsse.ts';

declare module 'fastify' {
  interface FastifySchema {
    /** Errors of this operation, in addition to those that every operation has: see `describeRefusals`. */
    refuses?: readonly ErrorCode[];
  }
}

/** Every schema of the API's contracts is a component of the document, by the name that it has in the code. */
const schemaRegistry = z.registry<{ id: string }>();
const { ImageQuery: _parameters, ...named } = {
  ...contracts,
  ...{ Finding, ImageSettings, MemberStatus, GuestFacts, Report, ProvenanceEnvelope: Envelope },
  ...{ AuditEntry, AuditPage, OpenRunView, Operations, QueueView, WorkerView },
};
for (const [id, schema] of Object.entries(named)) schemaRegistry.add(schema, { id });

const zodToComponents = createJsonSchemaTransformObject({ schemaRegistry });

const limitsInWords = `Limits, each refused with an error that names it:\n${Object.values(requestLimits)
  .map((limit) => `\n- ${limit.per} has at most ${readAmount(limit)} ${limit.of}.`)
  .join('')}`;

/** The OpenAPI document is made of the routes as they are: /openapi.json, and docs/openapi.json by `npm run docs`. */
export async function describeApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'bootready',
        description: `Turns uploaded disk images into published cloud images that are known to boot.\n\n${limitsInWords}`,
        version: '1',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: {
        securitySchemes: {
          key: {
            type: 'http',
            scheme: 'bearer',
            description: 'A key from "bootready key create", or an access token from the identity provider.',
          },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: '__Host-bootready',
            description:
              'The session of a signed-in browser. Changes are accepted only from pages of this installation.',
          },
        },
      },
      security: [{ key: [] }, { session: [] }],
    },
    transform: createJsonSchemaTransform({ schemaRegistry }),
    transformObject: (document) => withoutUnused(zodToComponents(document)),
  });
}

/** The registry gives each schema in two forms, as input and as output; most are ever only one of them. */
function withoutUnused<Document extends { paths?: unknown; components?: { schemas?: object } }>(
  document: Document,
): Document {
  const all: Record<string, unknown> = { ...document.components?.schemas };
  const used = new Set<string>();
  const follow = (part: unknown): void => {
    for (const [, name = ''] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (used.has(name)) continue;
      used.add(name);
      follow(all[name]);
    }
  };
  follow(document.paths);
  const schemas = Object.fromEntries([...used].sort().map((name) => [name, all[name]]));
  return { ...document, components: { ...document.components, schemas } };
}

/** Adds to each operation below what it may refuse; what is true of all of its kind needs no word at the route. */
export function describeRefusals(app: FastifyInstance): void {
  app.addHook('onRoute', ({ url, schema }) => {
    if (!schema || schema.hide) return;
    const codes = new Set<ErrorCode>([
      ...(['invalid-input', 'unauthenticated', 'forbidden', 'too-many-requests', 'unavailable', 'internal'] as const),
      ...(schema.body ? (['quota-exceeded', 'unsupported-media', 'too-slow'] as const) : []),
      ...(url.includes('/:id') ? (['not-found'] as const) : []),
      ...(schema.refuses ?? []),
    ]);
    schema.response = { ...(schema.response as object), ...Object.fromEntries([...codes].map(refusal).sort()) };
    delete schema.refuses;
  });
}

function refusal(code: ErrorCode) {
  const { status, description = 'Something went wrong on our side' } = describeErrorCode(code);
  return [
    status,
    {
      description,
      content: { 'application/json': { schema: contracts.ApiError } },
    },
  ] as const;
}

/** The answer of an operation that is not (only) our JSON, by media type. */
export function media<Types extends Record<string, z.ZodType>>(description: string, types: Types) {
  return {
    description,
    content: Object.fromEntries(Object.entries(types).map(([type, schema]) => [type, { schema }])) as {
      [Type in keyof Types]: { schema: Types[Type] };
    },
  };
}
