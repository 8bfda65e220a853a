import { describe, expect, test } from 'vitest';
import { type AccessRules, claimAt, rulesOfRenewal, toAccess } from './access.ts';

const rules: AccessRules = {
  projectClaim: 'projects',
  roleClaim: 'realm_access.roles',
  roles: new Map([
    ['viewer', 'reader'],
    ['editor', 'member'],
    ['operator', 'admin'],
  ]),
  strengths: [],
};
function claims(roles: unknown, projects: unknown = ['demo'], more: object = {}) {
  return {
    sub: 'u-1',
    projects,
    realm_access: { roles },
    ...more,
  };
}

describe('what a user of the issuer may', () => {
  test.each([
    [['viewer'], 'reader'],
    [['viewer', 'operator', 'editor'], 'admin'],
    [['unknown', 'editor'], 'member'],
    ['openid viewer', 'reader'],
  ])('roles %j make a %s', (roles, role) => {
    expect(toAccess(claims(roles), rules)).toEqual({ subject: 'u-1', name: 'u-1', projects: ['demo'], role });
  });

  test.each([
    ['our own word for a role, that nobody mapped', claims(['admin'])],
    ['no role', claims([])],
    ['something else in the place of roles', claims({ operator: true })],
    ['numbers', claims([1, null])],
    ['no claim', { sub: 'u-1', projects: ['demo'] }],
    ['a role by the prototype of objects', claims(['constructor', '__proto__'])],
    ['no project', claims(['viewer'], [])],
    ['no project by its claim', claims(['viewer'], null)],
    ['a project that cannot be one', claims(['viewer'], ['../other', 'Demo', ''])],
    ['nobody', claims(['viewer'], ['demo'], { sub: undefined })],
  ])('%s opens nothing', (_what, told) => {
    expect(() => toAccess(told, rules)).toThrow(expect.objectContaining({ code: 'forbidden' }));
  });

  describe('where a strength of the sign-in is asked for', () => {
    const strict = { ...rules, strengths: ['mfa', 'urn:hardware'] };
    const signedIn = (acr: unknown) => claims(['viewer'], ['demo'], { acr });

    test.each(['mfa', 'urn:hardware'])('%s is enough', (acr) => {
      expect(toAccess(signedIn(acr), strict).role).toBe('reader');
    });

    test.each([undefined, '', 'pwd', 'mfa urn:hardware', ['mfa'], 0, null])('%j is not', (acr) => {
      expect(() => toAccess(signedIn(acr), strict)).toThrow(expect.objectContaining({ code: 'forbidden' }));
      expect(toAccess(signedIn(acr), rules).role).toBe('reader');
    });

    test('a renewal that tells none goes by the sign-in; one that tells another ends it', () => {
      expect(toAccess(signedIn(undefined), rulesOfRenewal(signedIn(undefined), strict)).role).toBe('reader');
      const weaker = signedIn('pwd');
      expect(() => toAccess(weaker, rulesOfRenewal(weaker, strict))).toThrow(/not strong enough/);
    });
  });

  test('projects are told each once; a name without control characters, and not without end', () => {
    const name = `Ada\u202e\n${'x'.repeat(200)}`;
    const access = toAccess(
      claims(['viewer'], ['demo', 'other', 'demo'], { name: ' ', preferred_username: name }),
      rules,
    );
    expect(access.projects).toEqual(['demo', 'other']);
    expect(access.name).toMatch(/^Adax{97}$/);
  });

  test('a claim is found by its whole name before it is taken for a path, and nowhere but in what was told', () => {
    const told = { 'https://example.org/roles': 1, 'a.b': 2, a: { b: 3, c: [4] } };
    const found = ['https://example.org/roles', 'a.b', 'a.c', 'a.c.length.x', 'a.toString', 'x.y'].map((name) =>
      claimAt(told, name),
    );
    expect(found).toEqual([1, 2, [4], undefined, undefined, undefined]);
  });
});
