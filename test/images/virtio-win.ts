import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeTree } from './tree.ts';

/** As virtio-win lays its drivers out. What they hold tells where they come from. */
const folders = ['2k19/amd64', '2k22/amd64', 'w10/amd64', 'w10/x86', 'w7/x86', 'w7/amd64'];
const drivers = ['viostor', 'vioscsi', 'NetKVM', 'Balloon'];

/** virtio-win as a folder, and as the ISO image that it is made of. genisoimage(1) */
export function virtioWin(dir: string): { folder: string; iso: string } {
  const [folder, iso] = [join(dir, 'virtio-win'), join(dir, 'virtio-win.iso')];
  mkdirSync(folder);
  const files = drivers.flatMap((driver) =>
    folders.flatMap((place) =>
      ['sys', 'inf', 'cat', 'pdb'].map((ending) => {
        const path = `${driver}/${place}/${driver.toLowerCase()}.${ending}`;
        return [path, `this is ${path}`] as const;
      }),
    ),
  );
  writeTree(folder, Object.fromEntries(files));
  execFileSync('genisoimage', ['-quiet', '-R', '-J', '-V', 'virtio-win', '-o', iso, folder], { stdio: 'pipe' });
  return { folder, iso };
}
