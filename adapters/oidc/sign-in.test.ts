import * as client from 'openid-client';
import { expect, test } from 'vitest';
import type { OidcSettings } from '../../shared/oidc/settings.ts';
import { createSignIn } from './sign-in.ts';

const metadata = { issuer: 'https://id.test', authorization_endpoint: 'https://id.test/authorize' };
async function asked(strengths: string[]): Promise<string | null> {
  const settings = { callbackUrl: 'https://images.test/sign-in/callback', scopes: 'openid', rules: { strengths } };
  const configuration = new client.Configuration(metadata, 'portal');
  const { signInUrl } = createSignIn(settings as unknown as OidcSettings, () => Promise.resolve(configuration));
  const url = await signInUrl({ state: 's', nonce: 'n', codeVerifier: client.randomPKCECodeVerifier() });
  return new URL(url).searchParams.get('acr_values');
}

test('a strength of the sign-in is asked for where the operator wants one', async () => {
  expect(await asked(['mfa', 'urn:hardware'])).toBe('mfa urn:hardware');
  expect(await asked([])).toBeNull();
});
