import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { AuditAction } from '../../shared/contracts/operations.ts';
import { explain } from '../../shared/errors.ts';
import type { AuditRecord } from '../../shared/ports/audit.ts';
import type { Identity } from '../../shared/ports/projects.ts';
import type { ApiDeps } from '../deps.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The name of this route in the audit log, which records each successful call. `none`: the route changes nothing that belongs to anyone. */
    audit?: AuditAction | 'none';
  }
}

/** Which of a route's parameters, and which fields of a body, are worth keeping; the image has a column of its own. */
const toldParams = ['member', 'event', 'tag', 'project', 'family', 'session', 'key'] as const;
const toldFields = ['name', 'status', 'member', 'family', 'target', 'bytes', 'images', 'uploads'] as const;
const mostCharacters = 255;

function toDetails({ params, body }: FastifyRequest): Record<string, string> {
  const from = (values: unknown, names: readonly string[]): [string, string][] => {
    if (typeof values !== 'object' || values === null) return [];
    const all = values as Record<string, unknown>;
    return names
      .filter((name) => ['string', 'number'].includes(typeof all[name]) || all[name] === null)
      .map((name) => [name, String(all[name]).replaceAll('\0', '').slice(0, mostCharacters)]);
  };
  return Object.fromEntries([...from(body, toldFields), ...from(params, toldParams)]);
}

function changes(method: string | string[]): boolean {
  return [method].flat().some((each) => !['GET', 'HEAD', 'OPTIONS'].includes(each));
}

const Made = z.object({ id: z.guid() });

function toImage(request: FastifyRequest, payload: unknown): string | undefined {
  const { id } = request.params as { id?: string };
  if (id !== undefined) return z.guid().safeParse(id).data;
  // An answer without content (204) has an empty payload, or one that says null.
  return typeof payload === 'string' && payload !== '' ? Made.safeParse(JSON.parse(payload)).data?.id : undefined;
}

/** Names of an issuer's users are not unique; their subjects are. */
function toActor({ keyId, user }: Identity): AuditRecord['by'] {
  return keyId === undefined ? { name: user ? `${user.name} (${user.subject})` : 'unknown' } : { keyId };
}

/**
 * Records who did what, for every route that changes something. A route without a name is a bug: the API then does not start. The entry is written before the
 * answer leaves, so a client that has the answer finds the entry. The change itself stays done. If its entry cannot be written, the log of this process gets an
 * error with the whole entry.
 */
export function keepAuditTrail(app: FastifyInstance, { audit }: Pick<ApiDeps, 'audit'>): void {
  app.addHook('onRoute', ({ method, url, config }) => {
    if (/^\/(v1|image)\//.test(url) && changes(method) && !config?.audit) {
      throw new Error(`${method} ${url} does not say what the audit log calls it.`);
    }
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const { audit: action } = request.routeOptions.config;
    const { identity } = request;
    if (!action || action === 'none' || !identity || reply.statusCode >= 300) return;
    const subject = /^(webhook|session|key)\./.test(action) ? undefined : toImage(request, payload);
    const entry = {
      action,
      by: toActor(identity),
      projectId: identity.projectId,
      ...(subject ? { imageId: subject } : {}),
      address: request.ip,
      details: toDetails(request),
    };
    await audit.record(entry).catch((error: unknown) => {
      request.log.error({ error: explain(error), entry }, 'an entry of the audit log could not be written');
    });
  });
}
