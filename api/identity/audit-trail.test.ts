import Fastify from 'fastify';
import { expect, test } from 'vitest';
import type { ApiDeps } from '../deps.ts';
import { keepAuditTrail } from './audit-trail.ts';

test('a route that changes something says what the audit log calls it, or nothing starts', () => {
  const app = Fastify();
  keepAuditTrail(app, {} as ApiDeps);
  const answer = async (): Promise<string> => 'x';
  app.get('/v1/things', answer);
  app.post('/events/s3', answer);
  app.post('/v1/things', { config: { audit: 'image.create' } }, answer);
  app.post('/v1/session', { config: { audit: 'none' } }, answer);
  expect(() => app.put('/v1/things/:id', answer)).toThrow('does not say what the audit log calls it');
  expect(() => app.delete('/image/v2/images/:id', answer)).toThrow('does not say');
});
