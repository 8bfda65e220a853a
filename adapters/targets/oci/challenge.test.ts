import { expect, test } from 'vitest';
import { readChallenge } from './challenge.ts';

test('a registry asks for a token, and says where and what for', () => {
  const said =
    'Bearer realm="https://auth.example.org/token",service="registry.example.org",scope="repository:vms/demo:pull,push",error="invalid_token"';
  expect(readChallenge(said)).toEqual({
    scheme: 'bearer',
    realm: 'https://auth.example.org/token',
    service: 'registry.example.org',
    scope: 'repository:vms/demo:pull,push',
  });
  expect(readChallenge('bearer realm="https://a.example/t"')).toMatchObject({ service: undefined, scope: undefined });
});

test('or for a password', () => {
  expect(readChallenge('Basic realm="basic-realm"')).toEqual({ scheme: 'basic' });
});

test.each([null, '', 'Negotiate', 'Bearer', 'Bearer realm=""', 'Bearer realm="no address"'])(
  '%s is nothing that we can do',
  (said) => {
    expect(readChallenge(said)).toBeUndefined();
  },
);
