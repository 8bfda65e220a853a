import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { buildPackage, packageFolder } from '../../dev/package/build.ts';

/** How long the command takes to start, beside a Node that does nothing: `node test/bench/cli-start.ts [TIMES]`. */
const times = Number(process.argv[2] ?? 21);
await buildPackage(packageFolder);
const candidates: Record<string, string[]> = {
  'node -e 0': ['-e', '0'],
  'bootready --help, as packed': [join(packageFolder, 'bootready.mjs'), '--help'],
  'bootready --help, from the sources': [join(import.meta.dirname, '../../cli/bin.mjs'), '--help'],
};
const measured = new Map(Object.keys(candidates).map((name) => [name, [] as number[]]));
// In turn, so that what else the machine does falls on all alike.
for (let time = 0; time < times; time++) {
  for (const [name, args] of Object.entries(candidates)) {
    const from = performance.now();
    spawnSync(process.execPath, args, { stdio: 'ignore' });
    measured.get(name)?.push(performance.now() - from);
  }
}
function findMedian(values: number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? 0;
}
const least = findMedian(measured.get('node -e 0') ?? []);
for (const [name, values] of measured) {
  const median = findMedian(values);
  console.log(`${name.padEnd(36)} ${median.toFixed(0).padStart(5)} ms  ${(median / least).toFixed(2)} times`);
}
