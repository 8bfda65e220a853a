/** How a registry asks who we are: `WWW-Authenticate` (RFC 9110, 11.6.1) with the schemes that registries use. */
export type Challenge =
  | { scheme: 'basic' }
  | { scheme: 'bearer'; realm: string; service: string | undefined; scope: string | undefined };

const parameter = /([a-z]{1,40})="([^"\\]{0,4000})"/gi;

/** Undefined if it is neither of both. */
export function readChallenge(header: string | null): Challenge | undefined {
  const text = header ?? '';
  if (/^basic\b/i.test(text)) return { scheme: 'basic' };
  if (!/^bearer\b/i.test(text)) return undefined;
  const found = new Map([...text.matchAll(parameter)].map(([, key = '', value = '']) => [key.toLowerCase(), value]));
  const realm = found.get('realm');
  if (!realm || !URL.canParse(realm)) return undefined;
  return { scheme: 'bearer', realm, service: found.get('service'), scope: found.get('scope') };
}
