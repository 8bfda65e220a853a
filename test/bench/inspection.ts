import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openForeignDoor } from '../../adapters/foreign/door.ts';
import { cacheDir } from '../../dev/stack/tool-path.ts';
import { inspectInside } from '../../workers/inspect/inspect.ts';
import { ensureAppliance } from '../../workers/tools/appliance.ts';
import { withGuestfish } from '../../workers/tools/guestfish.ts';
import { kvmWorks } from '../../workers/tools/kvm.ts';
import { guestImages } from '../support/guest-images.ts';

/** Where the time of an inspection goes: node test/bench/inspection.ts [IMAGE.raw...] */

function seconds(from: number): number {
  return Math.round(performance.now() - from) / 1000;
}
const foreign = openForeignDoor();
const signal = new AbortController().signal;

const paths = process.argv.slice(2);
if (paths.length === 0) paths.push((await guestImages()).good);
const appliance = await ensureAppliance(cacheDir());
console.log(`accelerator: ${(await kvmWorks()) ? 'kvm' : 'tcg'}`);
for (const path of paths) {
  const hostDir = await mkdtemp(join(tmpdir(), 'bench-'));
  const outputDir = join(hostDir, 'out');
  await mkdir(outputDir);
  const spent = new Map<string, { times: number; seconds: number }>();
  const begun = performance.now();
  let launch = 0;
  try {
    const options = {
      disk: { path, format: 'raw' },
      outputDir,
      appliance,
      signal,
    } as const;
    await withGuestfish(options, (asked) => {
      launch = seconds(begun);
      const timed: typeof asked = async (command, args) => {
        const from = performance.now();
        const answer = await asked(command, args);
        const { times, seconds: before } = spent.get(command) ?? { times: 0, seconds: 0 };
        spent.set(command, { times: times + 1, seconds: before + seconds(from) });
        return answer;
      };
      const progress = (): void => undefined;
      return inspectInside(foreign, timed, {
        isBackup: false,
        outputDir,
        hostDir,
        unpacksAtMost: 2 * 1024 ** 3,
        signal,
        progress,
      });
    });
    console.log(`${path}\n  ${seconds(begun).toFixed(1)} s, of which the launch ${launch.toFixed(1)} s`);
    for (const [command, each] of [...spent].sort(([, a], [, b]) => b.seconds - a.seconds).slice(0, 12)) {
      console.log(`  ${each.seconds.toFixed(2).padStart(6)} s  ${String(each.times).padStart(3)} x ${command}`);
    }
  } finally {
    await rm(hostDir, { recursive: true, force: true });
  }
}
