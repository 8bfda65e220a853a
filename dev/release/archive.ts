import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** The same archive each time: names in one order, one time, no owner. https://reproducible-builds.org/docs/archives/ */
const even = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--format=gnu'];

/** @param names in `folder`; with `follow`, files that links lead to instead of the links */
export function packTar(
  file: string,
  folder: string,
  names: readonly string[],
  time: number,
  { follow = false, gzip = false }: { follow?: boolean; gzip?: boolean } = {},
): void {
  execFileSync(
    'tar',
    [
      ...even,
      ...[`--mtime=@${time}`, '--mode=go=rX,u+rw,a-s'],
      ...(follow ? ['--dereference'] : []),
      // Without name and time in the head.
      ...(gzip ? ['--use-compress-program=gzip -n -9'] : []),
      ...['-cf', file, '-C', folder, ...names],
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
}

/** The chart as `helm package` makes it, but the same each time. Alerts and dashboard are links in the sources, which Helm reads from no archive. */
export function packChart(file: string, time: number): void {
  packTar(file, join(import.meta.dirname, '../../deploy/helm'), ['bootready'], time, { follow: true, gzip: true });
}
