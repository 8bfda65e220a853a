import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { cacheDir } from '../../dev/stack/tool-path.ts';
import { lookForInitSystem } from '../../workers/inspect/cloud-init.ts';
import { lookAtLinux } from '../../workers/inspect/linux.ts';
import { lookInside } from '../../workers/inspect/look.ts';
import { readerOf } from '../../workers/inspect/reader.ts';
import { ensureAppliance } from '../../workers/tools/appliance.ts';
import { type Guestfish, withGuestfish } from '../../workers/tools/guestfish.ts';
import { kvmWorks } from '../../workers/tools/kvm.ts';
import { guestImages } from '../support/guest-images.ts';
import { extReader } from './ext-reader.ts';

/**
 * Where the time of an inspection goes, and what a reader without appliance would save: node test/bench/inspection.ts [IMAGE.raw...]
 * Both look at the same image by the same code, and their answers are compared whole.
 */

const seconds = (from: number): number => Math.round(performance.now() - from) / 1000;
const signal = new AbortController().signal;
const progress = (): void => undefined;

type Spent = Map<string, { times: number; seconds: number }>;
const timed = ({ ask }: Guestfish, spent: Spent): Guestfish => ({
  ask: async (command, ...args) => {
    const from = performance.now();
    try {
      return await ask(command, ...args);
    } finally {
      const { times, seconds: before } = spent.get(command) ?? { times: 0, seconds: 0 };
      spent.set(command, { times: times + 1, seconds: before + seconds(from) });
    }
  },
});

const withAppliance = async (path: string, outputDir: string) => {
  const appliance = await ensureAppliance(cacheDir());
  const spent: Spent = new Map();
  const begun = performance.now();
  let launch = 0;
  const view = await withGuestfish({ disk: { path, format: 'raw' }, outputDir, appliance, signal }, (guestfish) => {
    launch = seconds(begun);
    return lookInside({ guestfish: timed(guestfish, spent), outputDir, signal, progress });
  });
  return { view, launch, spent, whole: seconds(begun) };
};

const withoutAppliance = async (path: string, outputDir: string) => {
  const begun = performance.now();
  const guestfish = extReader(path, outputDir);
  const initSystem = await lookForInitSystem(readerOf(guestfish));
  const linux = await lookAtLinux({ guestfish, outputDir, signal, progress }, '/', initSystem);
  return { linux, whole: seconds(begun) };
};

const paths = process.argv.slice(2);
if (paths.length === 0) paths.push((await guestImages()).good);
console.log(`accelerator: ${(await kvmWorks()) ? 'kvm' : 'tcg'}`);
for (const path of paths) {
  const dir = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    const { view, launch, spent, whole } = await withAppliance(path, dir);
    console.log(`${path}\n  with the appliance ${whole.toFixed(1)} s, of which its launch ${launch.toFixed(1)} s`);
    const table = [...spent].sort(([, a], [, b]) => b.seconds - a.seconds).slice(0, 12);
    for (const [command, { times, seconds: each }] of table) {
      console.log(`    ${each.toFixed(2).padStart(6)} s  ${String(times).padStart(3)} x ${command}`);
    }
    try {
      const bare = await withoutAppliance(path, dir);
      const same = isDeepStrictEqual(bare.linux, view.linux);
      console.log(`  without it ${bare.whole.toFixed(1)} s; answers ${same ? 'are the same' : 'DIFFER'}`);
      const differing = Object.entries(bare.linux).filter(
        ([key, value]) => !isDeepStrictEqual(value, view.linux?.[key as keyof typeof bare.linux]),
      );
      if (!same) console.log(`    in ${differing.map(([key]) => key).join(', ')}`);
    } catch (error) {
      console.log(`  without it: not possible (${String(error).slice(0, 200)})`);
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
