import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheDir } from '../../dev/stack/tool-path.ts';
import { lookInside } from '../../workers/inspect/look.ts';
import { ensureAppliance } from '../../workers/tools/appliance.ts';
import { withGuestfish } from '../../workers/tools/guestfish.ts';
import { kvmWorks } from '../../workers/tools/kvm.ts';
import { guestImages } from '../support/guest-images.ts';

/** Where the time of an inspection goes: node test/bench/inspection.ts [IMAGE.raw...] */

const seconds = (from: number): number => Math.round(performance.now() - from) / 1000;
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
    await withGuestfish({ disk: { path, format: 'raw' }, outputDir, appliance, signal }, ({ ask, bytes }) => {
      launch = seconds(begun);
      const timed =
        <Answer>(question: (command: string, ...args: readonly string[]) => Promise<Answer>) =>
        async (command: string, ...args: readonly string[]): Promise<Answer> => {
          const from = performance.now();
          const answer = await question(command, ...args);
          const { times, seconds: before } = spent.get(command) ?? { times: 0, seconds: 0 };
          spent.set(command, { times: times + 1, seconds: before + seconds(from) });
          return answer;
        };
      return lookInside({
        guestfish: { ask: timed(ask), bytes: timed(bytes) },
        outputDir,
        hostDir,
        signal,
        progress: () => undefined,
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
