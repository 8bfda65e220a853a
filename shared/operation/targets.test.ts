import { expect, test } from 'vitest';
import { Environment, loadConfig } from '../config.ts';

const needed = {
  DATABASE_URL: 'postgres://u@h/d',
  REDIS_URL: 'redis://h',
  S3_ENDPOINT: 'http://h',
  S3_ACCESS_KEY: 'a',
  S3_SECRET_KEY: 'b',
  EVENTS_SECRET: 'c'.repeat(16),
};
function read(TARGETS: string) {
  return loadConfig({ ...needed, TARGETS }, Environment).TARGETS;
}

test('targets are read by name, with what is left out filled in', () => {
  const s3 = { kind: 's3', endpoint: 'https://s3.example.org', bucket: 'images', access_key: 'a', secret_key: 'b' };
  const auth = { auth_url: 'https://k/v3', username: 'u', password: 'p', project_name: 'q' };
  expect(read(JSON.stringify({ backup: s3, cloud: { kind: 'glance', auth } }))).toEqual({
    backup: { ...s3, region: 'us-east-1', path_style: true, prefix: '' },
    cloud: {
      kind: 'glance',
      interface: 'public',
      visibility: 'private',
      auth: { ...auth, user_domain_name: 'Default', project_domain_name: 'Default' },
    },
  });
  expect(loadConfig(needed, Environment)).toMatchObject({ TARGETS: {}, DELIVER_TO: [] });
});

test.each([
  ['no JSON', '{"cloud": {"password": "hunter2"', /TARGETS: no JSON/],
  ['an unknown kind', '{"cloud":{"kind":"ftp","password":"hunter2"}}', /TARGETS\.cloud\.kind/],
  [
    'no way to sign in',
    '{"cloud":{"kind":"glance","auth":{"auth_url":"https://k","password":"hunter2"}}}',
    /TARGETS\.cloud\.auth: auth_url with username, password and project_name/,
  ],
  [
    'a repository in capitals',
    '{"vms":{"kind":"oci","registry":"https://r","repository":"VMs","password":"hunter2"}}',
    /TARGETS\.vms\.repository: a repository has/,
  ],
  [
    'a password without a name',
    '{"vms":{"kind":"oci","registry":"https://r","repository":"vms","password":"hunter2"}}',
    /TARGETS\.vms: username and password belong together/,
  ],
  ['a relative folder', '{"shelf":{"kind":"directory","path":"hunter2"}}', /TARGETS\.shelf\.path: an absolute path/],
  ['a name that is none', '{"A b":{"kind":"directory","path":"/hunter2"}}', /TARGETS\.A b/],
  ['a misspelt setting', '{"shelf":{"kind":"directory","path":"/a","passwrd":"hunter2"}}', /TARGETS\.shelf/],
])('%s is told by where it is, and what stands there is not', (_what, text, message) => {
  let told = '';
  try {
    read(text);
  } catch (error) {
    told = (error as Error).message;
  }
  expect(told).toMatch(message);
  expect(told).not.toContain('hunter2');
});
