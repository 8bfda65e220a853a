import { execFileSync } from 'node:child_process';
import { createHash, sign } from 'node:crypto';
import {
  createReadStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import root from '../../package.json' with { type: 'json' };
import { makeKeyId, signEnvelope } from '../../shared/provenance/dsse.ts';
import { makePublicPem, readSigningKey } from '../../shared/provenance/keys.ts';
import { payloadType } from '../../shared/provenance/statement.ts';
import { computeSha256 } from '../../shared/store/sha256.ts';
import { buildPackage, packageFolder } from '../package/build.ts';
import { buildDebianPackage } from '../package/debian.ts';
import { commitTime } from '../package/product.ts';
import { billText, ownBill } from '../package/sbom.ts';
import { buildPortal } from '../setup/portal.ts';
import { cacheDir } from '../stack/tool-path.ts';
import { packChart } from './archive.ts';
import { buildImage } from './image.ts';
import { makeReleaseStatement, type Released } from './statement.ts';

/** Makes every file of a release from the commit that is checked out: `npm run release`. docs/release.md says how users verify them. */

const top = join(import.meta.dirname, '../..');
const { version } = root;

const usage = `npm run release -- [--out FOLDER] [--key FILE] [--mirror URL] [--without image] [--check]

  --out FOLDER     default: dist/release/${version}
  --key FILE       Ed25519 key that signs ("bootready signing-key FILE"); without it nothing is signed
  --mirror URL     Debian's packages of the container image, e.g. of snapshot.debian.org
  --without PART   npm, chart, debian, image or sbom; may be given more than once
  --check          builds twice, the second time in a fresh clone elsewhere, and compares every byte`;

type Options = { out: string; work: string; time: number; mirror?: string | undefined };
type Part = 'npm' | 'chart' | 'debian' | 'image' | 'sbom';

/** The parts of a release. Each writes into the folder; the image also says its digest. */
const parts: Readonly<Record<Part, (options: Options) => Promise<{ image?: string }>>> = {
  npm: async ({ out }) => {
    await buildPackage(packageFolder);
    run('npm', ['pack', '--silent', '--pack-destination', out, packageFolder]);
    // The chart's file has the same name by Helm's custom.
    renameSync(join(out, `bootready-${version}.tgz`), join(out, `bootready-${version}.npm.tgz`));
    return {};
  },
  chart: async ({ out, time }) => {
    packChart(join(out, `bootready-${version}.chart.tgz`), time);
    return {};
  },
  debian: async ({ out }) => {
    renameSync(await buildDebianPackage(), join(out, `bootready_${version}_amd64.deb`));
    return {};
  },
  image: async ({ out, work, time, mirror }) => {
    await buildPortal();
    const kept = join(cacheDir(), 'release-debian-packages');
    const file = join(out, `bootready-${version}.oci.tar`);
    const { digest, packages } = await buildImage(file, { work, time, mirror, kept });
    writeFileSync(join(out, `bootready-${version}.debian-packages.txt`), packages);
    return { image: digest };
  },
  sbom: async ({ out }) => {
    writeFileSync(join(out, `bootready-${version}.cdx.json`), billText(await ownBill()));
    return {};
  },
};

function run(command: string, args: readonly string[], cwd = top): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
}

async function digestFiles(folder: string): Promise<Released[]> {
  const found: Released[] = [];
  for (const name of readdirSync(folder).sort()) {
    found.push({
      name,
      sha256: await computeSha256(createReadStream(join(folder, name), { highWaterMark: 1024 ** 2 })),
    });
  }
  return found;
}

function sumsText(files: readonly Released[]): string {
  return files.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join('');
}

async function release(
  out: string,
  { without, key, mirror }: { without: readonly string[]; key?: string | undefined; mirror?: string | undefined },
): Promise<void> {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const time = commitTime();
  const work = mkdtempSync(join(tmpdir(), 'release-'));
  let image: string | undefined;
  try {
    for (const [name, build] of Object.entries(parts)) {
      if (without.includes(name)) continue;
      const from = Date.now();
      ({ image = image } = await build({ out, work, time, mirror }));
      say(`${name}: ${Math.round((Date.now() - from) / 1000)} s`);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  const signing = key ? readSigningKey(readFileSync(key, 'utf8')) : undefined;
  const lock = readFileSync(join(top, 'package-lock.json'));
  const statement = makeReleaseStatement(await digestFiles(out), {
    version,
    commit: run('git', ['rev-parse', 'HEAD']),
    sources: [{ name: 'package-lock.json', sha256: createHash('sha256').update(lock).digest('hex') }],
    image,
    keyId: signing && makeKeyId(signing),
  });
  const payload = Buffer.from(`${JSON.stringify(statement, null, 2)}\n`);
  if (signing) {
    writeFileSync(
      join(out, 'provenance.dsse.json'),
      `${JSON.stringify(signEnvelope(payloadType, payload, signing))}\n`,
    );
  } else writeFileSync(join(out, 'provenance.json'), payload);
  const sums = sumsText(await digestFiles(out));
  writeFileSync(join(out, 'SHA256SUMS'), sums);
  if (signing) {
    writeFileSync(join(out, 'SHA256SUMS.sig'), sign(null, Buffer.from(sums), signing));
    writeFileSync(join(out, 'release-key.pem'), makePublicPem(signing));
  }
  const bytes = readdirSync(out).reduce((total, name) => total + statSync(join(out, name)).size, 0);
  say(
    `${relative(process.cwd(), out) || out}: ${(bytes / 1e6).toFixed(0)} MB${signing ? `, signed by ${makeKeyId(signing)}` : ', not signed'}`,
  );
}

/** A second build elsewhere: another path, fresh packages, another moment. */
async function buildElsewhere(out: string, args: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'release-again-'));
  try {
    const clone = join(folder, 'a-clone-at-another-path');
    run('git', ['clone', '--quiet', '--no-hardlinks', top, clone]);
    run('git', ['-c', 'advice.detachedHead=false', 'checkout', '--quiet', run('git', ['rev-parse', 'HEAD'])], clone);
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], clone);
    execFileSync(process.execPath, ['dev/release/release.ts', '--out', out, ...args], { cwd: clone, stdio: 'inherit' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      out: { type: 'string', default: join(top, 'dist/release', version) },
      key: { type: 'string' },
      mirror: { type: 'string' },
      without: { type: 'string', multiple: true, default: [] },
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { out, key, mirror, without, check, help } = values;
  const unknown = without.find((name) => !(name in parts));
  if (help || unknown) {
    say(unknown ? `There is no part "${unknown}".\n\n${usage}` : usage);
    process.exit(unknown ? 2 : 0);
  }
  const changed = run('git', ['status', '--porcelain']);
  if (changed) {
    say(`A release is made of a commit, but these files differ from it:\n${changed}`);
    process.exit(1);
  }
  await release(out, { without, key, mirror });
  if (check) {
    const again = mkdtempSync(join(tmpdir(), 'release-second-'));
    const args = [
      ...(key ? ['--key', key] : []),
      ...(mirror ? ['--mirror', mirror] : []),
      ...without.flatMap((name) => ['--without', name]),
    ];
    await buildElsewhere(again, args);
    const [first, second] = await Promise.all([digestFiles(out), digestFiles(again)]);
    const others = second.filter(
      ({ name, sha256 }) => !first.some((one) => one.name === name && one.sha256 === sha256),
    );
    if (others.length === 0 && first.length === second.length) {
      rmSync(again, { recursive: true, force: true });
      say(`Reproducible: ${first.length} files have the same bytes in both builds.`);
    } else {
      say(`Not reproducible. The second build, kept in ${again}, has other bytes:\n${sumsText(others)}`);
      process.exitCode = 1;
    }
  }
}
