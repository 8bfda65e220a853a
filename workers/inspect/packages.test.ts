import { expect, test } from 'vitest';
import { mostPackages } from '../../shared/sbom/cyclonedx.ts';
import { readInstalledPackages, readPackages } from './packages.ts';

/** As guestfish prints inspect-list-applications2. */
function entry(at: number, fields: Record<string, string>): string[] {
  return [`[${at}] = {`, ...Object.entries(fields).map(([name, value]) => `  app2_${name}: ${value}`), '}'];
}

test('what dpkg, rpm and apk say, in one table', () => {
  const lines = [
    ...entry(0, {
      name: 'vim',
      epoch: '2',
      version: '9.0.1378',
      release: '2+deb12u2',
      arch: 'amd64',
      description: 'x',
    }),
    ...entry(1, { name: 'gpg-pubkey', epoch: '0', version: '350d275d', release: '6279464b', arch: '(none)' }),
    ...entry(2, { name: 'musl', display_name: '', epoch: '0', version: '1.2.5', release: '0', arch: '' }),
    ...entry(3, { name: 'nothing' }),
  ];
  expect(readPackages(lines)).toEqual([
    { name: 'vim', epoch: 2, version: '9.0.1378', release: '2+deb12u2', arch: 'amd64' },
    { name: 'gpg-pubkey', epoch: 0, version: '350d275d', release: '6279464b', arch: '' },
    { name: 'musl', epoch: 0, version: '1.2.5', release: '0', arch: '' },
    { name: 'nothing', epoch: 0, version: '', release: '', arch: '' },
  ]);
});

test('what a guest writes is cleaned and capped, and so is how much it writes', () => {
  const [wild] = readPackages(entry(0, { name: `a\u001b[31m${'b'.repeat(300)}`, epoch: 'many', version: '1\u0007' }));
  expect(wild).toMatchObject({ name: `a[31m${'b'.repeat(195)}`, epoch: 0, version: '1' });
  const many = Array.from({ length: mostPackages + 9 }, (_, at) => entry(at, { name: `p${at}` })).flat();
  expect(readPackages(many)).toHaveLength(mostPackages + 1);
  expect(readPackages(['  app2_version: 1', '  app2_name:', 'x'])).toEqual([]);
});

test('a list that is not to be had is unseen: an empty one is what libguestfs makes of a database that it cannot read', async () => {
  for (const answer of [undefined, []])
    await expect(readInstalledPackages({ ask: async () => answer }, '/dev/sda1')).rejects.toMatchObject({
      why: { reason: 'packages' },
    });
});
