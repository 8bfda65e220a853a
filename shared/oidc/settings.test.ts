import { expect, test } from 'vitest';
import { loadConfig } from '../config.ts';
import { toOidcSettings } from './settings.ts';

const base = {
  DATABASE_URL: 'postgres://x',
  REDIS_URL: 'redis://x',
  S3_ENDPOINT: 'https://s3.test',
  S3_ACCESS_KEY: 'x',
  S3_SECRET_KEY: 'x',
  EVENTS_SECRET: 'x'.repeat(16),
};
const whole = {
  API_PUBLIC_URL: 'https://images.test/',
  OIDC_ISSUER: 'https://id.test/realms/a',
  OIDC_CLIENT_ID: 'portal',
  OIDC_AUDIENCE: 'images',
  OIDC_ROLES: 'viewer=reader, editor=member',
};
function toSettings(env: Record<string, string | undefined>) {
  return toOidcSettings(loadConfig({ ...base, ...env }));
}

test('nobody signs in without an issuer; with one, what is not said has its default', () => {
  expect(toSettings({})).toBeUndefined();
  expect(toSettings(whole)).toEqual({
    issuer: new URL('https://id.test/realms/a'),
    clientId: 'portal',
    clientSecret: undefined,
    audience: 'images',
    scopes: 'openid profile',
    name: 'id.test',
    homeUrl: 'https://images.test/',
    callbackUrl: 'https://images.test/sign-in/callback',
    rules: {
      projectClaim: 'projects',
      roleClaim: 'roles',
      strengths: [],
      roles: new Map([
        ['viewer', 'reader'],
        ['editor', 'member'],
      ]),
    },
  });
  expect(
    toSettings({ ...whole, OIDC_ISSUER: 'http://127.0.0.1:1', API_PUBLIC_URL: 'http://localhost:2' }),
  ).toBeDefined();
});

test('the command line is told what it needs, and for whom its tokens must be where that is a URL', () => {
  const cli = { ...whole, OIDC_CLI_CLIENT_ID: 'cli' };
  const told = { issuer: 'https://id.test/realms/a', clientId: 'cli', scopes: 'openid profile' };
  expect(toSettings(cli)?.commandLine).toEqual(told);
  const audience = 'https://api.test';
  const asked = { ...cli, OIDC_AUDIENCE: audience, OIDC_CLI_SCOPES: 'openid offline_access' };
  expect(toSettings(asked)?.commandLine).toEqual({ ...told, scopes: 'openid offline_access', resource: audience });
});

test.each([
  [{ OIDC_CLI_CLIENT_ID: 'cli', OIDC_AUDIENCE: undefined }, /OIDC_CLI_CLIENT_ID needs a separate OIDC_AUDIENCE/],
  [{ OIDC_CLI_CLIENT_ID: 'images' }, /OIDC_CLI_CLIENT_ID needs a separate OIDC_AUDIENCE/],
  [{ OIDC_ISSUER: 'http://id.test' }, /OIDC_ISSUER must be an https/],
  [{ API_PUBLIC_URL: undefined }, /API_PUBLIC_URL/],
  [{ API_PUBLIC_URL: 'http://images.test' }, /API_PUBLIC_URL/],
  [{ OIDC_CLIENT_ID: undefined }, /OIDC_CLIENT_ID/],
  [{ OIDC_AUDIENCE: 'portal' }, /OIDC_AUDIENCE is the OIDC_CLIENT_ID/],
  [{ OIDC_ROLES: undefined }, /OIDC_ROLES is missing/],
  [{ OIDC_ROLES: 'viewer=owner' }, /"viewer=owner"/],
  [{ OIDC_ROLES: '=admin' }, /"=admin"/],
  [{ OIDC_SCOPES: 'profile' }, /openid/],
])('%j is not taken', (change, message) => {
  expect(() => toSettings({ ...whole, ...change })).toThrow(message);
});
