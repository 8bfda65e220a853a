import { z } from 'zod';
import { BootreadyError } from '../../../shared/errors.ts';
import type { GlanceTargetConfig, KeystoneAuth } from '../../../shared/operation/targets.ts';
import { trimSlashes } from '../../../shared/text/trim-slashes.ts';
import { again } from '../trouble.ts';
import { type Ask, askJson } from './ask.ts';

/** A token, whose it is, and where its cloud has images. */
export type Session = { token: string; projectId: string; imageUrl: string };

const Answer = z.object({
  token: z.object({
    project: z.object({ id: z.string() }).optional(),
    catalog: z
      .array(
        z.object({
          type: z.string(),
          endpoints: z.array(z.object({ interface: z.string(), region_id: z.string().nullish(), url: z.string() })),
        }),
      )
      .default([]),
  }),
});

/** Identity API v3, "Password authentication with scoped authorization", "Authenticating with an Application Credential". */
function buildBody(auth: KeystoneAuth): object {
  if ('application_credential_id' in auth) {
    const application_credential = {
      id: auth.application_credential_id,
      secret: auth.application_credential_secret,
    };
    return { auth: { identity: { methods: ['application_credential'], application_credential } } };
  }
  const user = { name: auth.username, domain: { name: auth.user_domain_name }, password: auth.password };
  const project = { name: auth.project_name, domain: { name: auth.project_domain_name } };
  return { auth: { identity: { methods: ['password'], password: { user } }, scope: { project } } };
}

/** @throws BootreadyError, not retryable when only the operator can help */
export async function authenticate(
  name: string,
  { auth, region_name: region, interface: wanted }: GlanceTargetConfig,
  signal: AbortSignal,
): Promise<Session> {
  const url = trimSlashes(auth.auth_url);
  const ask: Ask = {
    method: 'POST',
    url: `${url.endsWith('/v3') ? url : `${url}/v3`}/auth/tokens`,
    body: buildBody(auth),
  };
  const { status, headers, json } = await askJson(name, 'Keystone', ask, signal);
  if (status === 401 || status === 403) {
    throw new BootreadyError({
      code: 'forbidden',
      message: `Keystone of target "${name}" refuses the credentials.`,
      remedy: `Correct "auth" of the target in TARGETS, ${again}`,
    });
  }
  const answer = Answer.safeParse(json);
  const token = headers.get('x-subject-token');
  if (status !== 201 || !answer.success || !token) {
    throw new BootreadyError({
      code: 'unavailable',
      message: `Keystone of target "${name}" answers ${status}, which does not match the Identity API v3.`,
      remedy: 'Check "auth_url" of the target in TARGETS. The delivery is retried.',
      retryable: true,
    });
  }
  const { project, catalog } = answer.data.token;
  const imageUrl = catalog
    .filter(({ type }) => type === 'image')
    .flatMap(({ endpoints }) => endpoints)
    .find((endpoint) => endpoint.interface === wanted && (!region || endpoint.region_id === region))?.url;
  if (!project || !imageUrl) {
    throw new BootreadyError({
      code: 'not-found',
      message: project
        ? `The catalogue of target "${name}" has no ${wanted} address of images${region ? ` in region "${region}"` : ''}.`
        : `The credentials of target "${name}" belong to no project.`,
      remedy: `Correct "auth", "region_name" or "interface" of the target in TARGETS, ${again}`,
    });
  }
  return { token, projectId: project.id, imageUrl: trimSlashes(trimSlashes(imageUrl).replace(/\/v2$/, '')) };
}
