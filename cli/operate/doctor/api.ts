import { z } from 'zod';
import type { Config } from '../../../shared/config.ts';
import { BootreadyError } from '../../../shared/errors.ts';
import type { Dependency } from './dependency.ts';
import { explainReason } from './reason.ts';

/** The address at which the API can be reached; "all addresses" is not an address to ask. */
export function apiUrl({ API_PUBLIC_URL, API_HOST, API_PORT }: Config): string {
  if (API_PUBLIC_URL) return API_PUBLIC_URL.replace(/\/$/, '');
  const host =
    { '0.0.0.0': '127.0.0.1', '::': '[::1]' }[API_HOST] ?? (API_HOST.includes(':') ? `[${API_HOST}]` : API_HOST);
  return `http://${host}:${API_PORT}`;
}

const Readiness = z.object({ status: z.string(), checks: z.record(z.string(), z.boolean()) });

export const api: Dependency = {
  name: 'api',
  seconds: 10,
  remedy: 'Start it (bootready api), or set its address in API_PUBLIC_URL, or in API_HOST and API_PORT.',
  examine: async ({ config, say, signal }) => {
    const url = apiUrl(config);
    const ask = async (path: string): Promise<unknown> => {
      try {
        return await (await fetch(`${url}${path}`, { signal })).json();
      } catch (cause) {
        throw new BootreadyError({
          code: 'unavailable',
          message: `The API does not answer at ${url}: ${explainReason(cause)}.`,
          remedy: api.remedy,
          cause,
        });
      }
    };
    await ask('/livez');
    const answer = Readiness.safeParse(await ask('/readyz'));
    if (!answer.success) {
      say.failed(`The server at ${url} is not the API of bootready.`, api.remedy);
      return;
    }
    const unreached = Object.entries(answer.data.checks).filter(([, reached]) => !reached);
    if (unreached.length > 0) {
      say.failed(
        `The API at ${url} cannot reach: ${unreached.map(([name]) => name).join(', ')}.`,
        'Fix those first. If they work from here, compare the environment of the API with this one.',
      );
      return;
    }
    say.ok(`The API at ${url} is ready.`);
  },
};
