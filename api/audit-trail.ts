import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { AuditAction } from '../shared/contracts/operations.ts';
import { explain } from '../shared/errors.ts';
import type { AuditRecord } from '../shared/ports/audit.ts';
import type { Identity } from '../shared/ports/projects.ts';
import type { ApiDeps } from './deps.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the audit log calls this route; each of its calls that succeeded is written down. */
    audit?: AuditAction;
  }
}

/** Which of a route's parameters are worth keeping; the image has a column of its own. */
const told = ['member', 'event', 'tag', 'project'] as const;

const imageOf = (request: FastifyRequest, payload: unknown): string | undefined => {
  const { id } = request.params as { id?: string };
  const made = id === undefined && typeof payload === 'string' ? (JSON.parse(payload) as { id?: unknown }).id : id;
  const parsed = z.guid().safeParse(made);
  return parsed.success ? parsed.data : undefined;
};

/** Names of an issuer's users are not unique; their subjects are. */
const actorOf = ({ keyId, user }: Identity): AuditRecord['by'] =>
  keyId === undefined ? { name: user ? `${user.name} (${user.subject})` : 'unknown' } : { keyId };

/**
 * Who did what, for every route that names an action: written before the answer leaves, so that whoever has the answer finds the
 * entry. What is done is done: an entry that cannot be written is an error in the log of this process, with all that it would have held.
 */
export const keepAuditTrail = (app: FastifyInstance, { audit }: Pick<ApiDeps, 'audit'>): void => {
  app.addHook('onSend', async (request, reply, payload) => {
    const { audit: action } = request.routeOptions.config;
    const { identity } = request;
    if (!action || !identity || reply.statusCode >= 300) return;
    const params = request.params as Record<string, unknown>;
    const details = Object.fromEntries(told.flatMap((name) => (params[name] ? [[name, String(params[name])]] : [])));
    const subject = action.startsWith('webhook.') ? undefined : imageOf(request, payload);
    const entry = {
      action,
      by: actorOf(identity),
      projectId: identity.projectId,
      ...(subject ? { imageId: subject } : {}),
      address: request.ip,
      details,
    };
    await audit.record(entry).catch((error: unknown) => {
      request.log.error({ error: explain(error), entry }, 'an entry of the audit log could not be written');
    });
  });
};
