import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import root from '../../package.json' with { type: 'json' };
import { copyProduct, makeEven } from '../package/product.ts';
import { packTar } from './archive.ts';
import { writeLayout } from './layout.ts';
import { readRecipe } from './recipe.ts';

const top = join(import.meta.dirname, '../..');

/** Manuals and translations, which nobody reads there. Licences stay. */
const leftOut = [
  ...['man', 'locale', 'info', 'doc'].map((folder) => `path-exclude=/usr/share/${folder}/*`),
  'path-include=/usr/share/doc/*/copyright',
];

/** Removed, because they hold times or depend on the machine; nothing needs them. The appliance has an initramfs of its own. */
const uneven = ['/boot/initrd.img*', '/initrd.img*', '/var/cache/ldconfig/aux-cache', '/etc/machine-id', '/var/log/*'];

/**
 * Debian with the packages of the Dockerfile and its user, as a tar archive. mmdebstrap(1) makes the same one each time with the same
 * packages and SOURCE_DATE_EPOCH.
 * @param mirror where the packages come from; a folder of snapshot.debian.org repeats an older build
 * @param kept folder in which downloaded packages stay for the next build
 * @returns the versions of the packages
 */
function buildBase(
  tar: string,
  { time, mirror, kept }: { time: number; mirror?: string | undefined; kept: string },
): string {
  const { suite, packages, user, folders } = readRecipe(readFileSync(join(top, 'Dockerfile'), 'utf8'));
  const name = user.at(-1) ?? '';
  const versions = `${tar}.packages`;
  mkdirSync(kept, { recursive: true });
  const inside = (command: string): string => `--customize-hook=chroot "$1" ${command}`;
  const hooks = [
    // Packages come from the folder, as far as it has them: apt compares them with the signed lists.
    ...['--skip=download/empty', '--skip=essential/unlink'],
    '--setup-hook=mkdir -p "$1"/var/cache/apt/archives',
    `--setup-hook=cp -n '${kept}'/*.deb "$1"/var/cache/apt/archives/ 2>/dev/null || true`,
    `--customize-hook=cp -n "$1"/var/cache/apt/archives/*.deb '${kept}' || true`,
    inside(`useradd ${user.join(' ')}`),
    inside(`install -d -o ${name} -g ${name} ${folders.join(' ')}`),
    inside(`sh -c 'chmod 0644 /boot/vmlinuz-*; rm -rf ${uneven.join(' ')} /var/lib/apt/lists/*'`),
    `--customize-hook=dpkg-query --admindir="$1"/var/lib/dpkg -W -f '\${Package} \${Version}\\n' >'${versions}'`,
  ];
  execFileSync(
    'mmdebstrap',
    [
      ...['--quiet', '--variant=minbase', '--format=tar', '--aptopt=APT::Install-Recommends "false"'],
      ...leftOut.map((option) => `--dpkgopt=${option}`),
      ...hooks,
      `--include=${packages.join(',')}`,
      suite,
      tar,
      ...(mirror ? [mirror] : []),
    ],
    {
      env: { ...process.env, SOURCE_DATE_EPOCH: String(time), INITRD: 'No', DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  return readFileSync(versions, 'utf8');
}

/** The product where the Dockerfile has it, as a tar archive. */
function buildProductLayer(tar: string, work: string, time: number): void {
  const { home } = readRecipe(readFileSync(join(top, 'Dockerfile'), 'utf8'));
  const stage = join(work, 'image');
  rmSync(stage, { recursive: true, force: true });
  copyProduct(join(stage, home));
  mkdirSync(join(stage, 'usr/local/bin'), { recursive: true });
  renameSync(join(stage, home, 'bin/node'), join(stage, 'usr/local/bin/node'));
  rmSync(join(stage, home, 'bin'), { recursive: true });
  makeEven(stage, time);
  packTar(tar, stage, ['opt', 'usr'], time);
  rmSync(stage, { recursive: true });
}

/**
 * The container image as an OCI layout in one tar archive, which `podman load`, `skopeo` and `docker load` (25 or newer) read.
 * @returns the digest of the image, and the versions of Debian's packages in it
 */
export async function buildImage(
  file: string,
  { work, time, mirror, kept }: { work: string; time: number; mirror?: string | undefined; kept: string },
): Promise<{ digest: string; packages: string }> {
  mkdirSync(work, { recursive: true });
  const [base, product, layout] = ['base.tar', 'product.tar', 'layout'].map((name) => join(work, name)) as [
    string,
    string,
    string,
  ];
  const packages = buildBase(base, { time, mirror, kept });
  buildProductLayer(product, work, time);
  const { config } = readRecipe(readFileSync(join(top, 'Dockerfile'), 'utf8'));
  rmSync(layout, { recursive: true, force: true });
  const digest = await writeLayout(layout, {
    layers: [
      { tar: base, how: 'Debian packages by mmdebstrap' },
      { tar: product, how: `bootready ${root.version}` },
    ],
    config,
    created: time,
    tag: root.version,
  });
  packTar(file, layout, ['oci-layout', 'index.json', 'blobs'], time);
  for (const path of [base, product, layout]) rmSync(path, { recursive: true });
  return { digest, packages };
}
