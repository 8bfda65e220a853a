import type { FastifyInstance } from 'fastify';
import { beyondLimit, requestLimits } from '../../shared/limits/request-limits.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body is image data. It may take hours, and its receiver has its own time limits (shared/events/receive-object.ts). */
    takesImageData?: true;
  }
}

/** After an answer, the API still reads the rest of a body for this long. A client that is still sending can then read why it was refused. */
const restMs = 5000;

/** No client keeps a request open by sending its body slowly, or never. https://owasp.org/www-community/attacks/Slow_Post_attack */
export function limitBodyTime(
  app: FastifyInstance,
  limits = { bodyMs: requestLimits.bodySeconds.most * 1000, restMs },
): void {
  app.addHook('preParsing', (request, _reply, payload, done) => {
    if (!request.routeOptions.config.takesImageData) {
      const timer = setTimeout(() => {
        // If nobody reads a body, nobody waits for its end.
        if (!request.raw.complete && request.raw.readableFlowing) payload.emit('error', beyondLimit('bodySeconds'));
      }, limits.bodyMs);
      const stop = (): void => clearTimeout(timer);
      payload.once('end', stop);
      payload.once('error', stop);
      payload.once('close', stop);
    }
    done(null, payload);
  });
  app.addHook('onResponse', ({ raw }, _reply, done) => {
    if (!raw.complete) {
      // A client that sends on reads no answer before it is done, or is let send.
      raw.resume();
      const timer = setTimeout(() => raw.socket.destroy(), limits.restMs);
      raw.once('end', () => clearTimeout(timer));
      raw.once('close', () => clearTimeout(timer));
    }
    done();
  });
}
