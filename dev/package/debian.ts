import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import root from '../../package.json' with { type: 'json' };
import { buildPortal } from '../setup/portal.ts';
import { commitTime, copy, copyProduct, makeEven } from './product.ts';

const top = join(import.meta.dirname, '../..');
const out = join(top, 'dist/debian');

const documents = ['README.md', 'LICENSE', 'CHANGELOG.md', 'docs/operate.md', 'docs/use.md', 'docs/security.md'];

/**
 * Only root may read these: people put secrets of targets and issuers into the settings too. systemd reads them before it gives up its rights. After an update
 * dpkg keeps the old modes, so postinst sets them again.
 */
const closedModes: Readonly<Record<string, number>> = {
  'etc/bootready': 0o750,
  'etc/bootready/bootready.env': 0o640,
  'etc/bootready/secrets': 0o700,
};

/**
 * Builds the Debian package: the product with its Node in /usr/lib/bootready, units, users, settings and folders. deb(5), dpkg-deb(1)
 * @returns the path of the package
 */
export async function buildDebianPackage(): Promise<string> {
  await buildPortal();
  const stage = join(out, 'root');
  rmSync(out, { recursive: true, force: true });
  copyProduct(join(stage, 'usr/lib/bootready'));
  for (const unit of readdirSync(join(top, 'deploy/systemd')).filter((name) => /\.(service|target)$/.test(name))) {
    copy(`deploy/systemd/${unit}`, join(stage, 'usr/lib/systemd/system', unit));
  }
  copy('deploy/systemd/sysusers.conf', join(stage, 'usr/lib/sysusers.d/bootready.conf'));
  copy('deploy/debian/bootready', join(stage, 'usr/bin/bootready'), 0o755);
  copy('deploy/debian/bootready-operate', join(stage, 'usr/sbin/bootready-operate'), 0o755);
  copy('deploy/debian/bootready.env', join(stage, 'etc/bootready/bootready.env'));
  copy('deploy/make-secrets.sh', join(stage, 'usr/share/bootready/make-secrets.sh'), 0o755);
  for (const name of documents)
    copy(name, join(stage, 'usr/share/doc/bootready', name === 'LICENSE' ? 'copyright' : basename(name)));
  for (const name of ['alerts.yml', 'prometheus.yml'])
    copy(`deploy/prometheus/${name}`, join(stage, 'usr/share/bootready/prometheus', name));
  copy('deploy/grafana/bootready.json', join(stage, 'usr/share/bootready/grafana/bootready.json'));

  const time = commitTime();
  const bytes = makeEven(stage, time);
  const control = readFileSync(join(top, 'deploy/debian/control'), 'utf8')
    .replace('@VERSION@', root.version)
    .replace('@SIZE@', String(Math.ceil(bytes / 1024)));
  mkdirSync(join(stage, 'DEBIAN'));
  writeFileSync(join(stage, 'DEBIAN/control'), control);
  writeFileSync(join(stage, 'DEBIAN/conffiles'), '/etc/bootready/bootready.env\n');
  for (const name of ['postinst', 'prerm', 'postrm']) copy(`deploy/debian/${name}`, join(stage, 'DEBIAN', name), 0o755);
  mkdirSync(join(stage, 'etc/bootready/secrets'), { mode: 0o700 });
  makeEven(join(stage, 'DEBIAN'), time);
  for (const [path, mode] of Object.entries(closedModes)) chmodSync(join(stage, path), mode);
  for (const folder of ['etc/bootready/secrets', 'etc/bootready', 'etc', ''])
    utimesSync(join(stage, folder), time, time);

  const file = join(out, `bootready_${root.version}_amd64.deb`);
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zzstd', '--build', stage, file], {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(time) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  rmSync(stage, { recursive: true });
  return file;
}

if (import.meta.main) {
  const file = await buildDebianPackage();
  process.stdout.write(`${file} (${(statSync(file).size / 1e6).toFixed(0)} MB)\n`);
}
