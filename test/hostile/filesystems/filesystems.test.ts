import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openForeignDoor } from '../../../adapters/foreign/door.ts';
import { cacheDir } from '../../../dev/stack/tool-path.ts';
import { isBootreadyError } from '../../../shared/errors.ts';
import { inspectDisk } from '../../../workers/activities/inspect.ts';
import { ensureAppliance } from '../../../workers/tools/appliance.ts';
import { withGuestfish } from '../../../workers/tools/guestfish.ts';
import { type Guestfish, makeGuestfish } from '../../../workers/tools/guestfish-answers.ts';
import { measureLag } from '../../support/lag.ts';
import { echo } from '../echo.ts';
import { makeRandom } from '../formats/mutants.ts';
import { makeTally } from '../table.ts';
import { bendDisk, usedBlocks } from './bent.ts';
import { type Filesystem, filesystems, makeSound } from './sound.ts';

/**
 * Sound filesystems with flipped bits and cut ends, in the appliance of the product. Many disks share an appliance, as its start is slow; when one disk takes
 * it down, or holds it until its time is over, the next disks get another. HOSTILE_FILESYSTEMS and HOSTILE_SEED give other ones.
 */
const many = Number(process.env.HOSTILE_FILESYSTEMS ?? 500);
const whole = Number(process.env.HOSTILE_INSPECTIONS ?? 8);
const seed = Number(process.env.HOSTILE_SEED ?? 1);
const atOnce = 20;
const sessionSeconds = 900;
const inspectionSeconds = 240;

const signal = new AbortController().signal;
const door = openForeignDoor();
const tally = makeTally(['N', 'mounted', 'refused', 'appliance died', 'out of time', 'other errors'] as const);

let dir: string;
let sound: Record<Filesystem, string>;
let used: Record<Filesystem, number[]>;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'hostile-filesystems-'));
  for (const name of ['sound', 'bent', 'out', 'host']) mkdirSync(join(dir, name));
  writeFileSync(join(dir, 'host/canary'), 'canary');
  writeFileSync(join(dir, 'sound/first'), Buffer.alloc(1024 ** 2));
  sound = await makeSound(join(dir, 'sound'));
  used = Object.fromEntries(filesystems.map((name) => [name, usedBlocks(sound[name])])) as typeof used;
}, 300_000);
afterAll(async () => {
  tally.print('Bent filesystems');
  await door.close();
  rmSync(dir, { recursive: true, force: true });
});

type Bent = { kind: Filesystem; path: string };
function bent(index: number): Bent {
  const kind = filesystems[index % filesystems.length] as Filesystem;
  const path = join(dir, 'bent', String(index));
  bendDisk(sound[kind], used[kind], path, makeRandom(seed * 1_000_003 + index));
  return { kind, path };
}

/** What a look asks first. Whether anything could be mounted. */
async function look({ ask, bytes }: Guestfish, device: string): Promise<boolean> {
  await ask('vfs-type', device);
  await ask('blkid', device);
  await ask('part-get-parttype', device);
  const partitions = ((await ask('list-partitions')) ?? []).filter((each) => each.startsWith(device));
  let mounted = false;
  for (const each of partitions.length > 0 ? partitions : [device]) {
    if ((await ask('mount-ro', each, '/')) === undefined) continue;
    mounted = true;
    for (const folder of ['/', '/etc', '/many', '/boot/grub']) await ask('ls', folder);
    await ask('find', '/');
    for (const name of ['/etc/os-release', '/boot/grub/grub.cfg', '/var/lib/dpkg/status']) await bytes('cat', name);
    await ask('umount-all');
  }
  return mounted;
}

/** Volumes of all disks are looked for together. */
async function lookAtVolumes({ ask }: Guestfish): Promise<number> {
  let mounted = 0;
  for (const volume of (await ask('lvs')) ?? []) {
    if ((await ask('mount-ro', volume, '/')) === undefined) continue;
    mounted++;
    await ask('find', '/');
    await ask('umount-all');
  }
  return mounted;
}

function computeHash(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
/** All that lies beside what the appliance may write. */
function surroundings(): string {
  return JSON.stringify([
    readdirSync(dir).sort(),
    readdirSync(join(dir, 'host')),
    computeHash(join(dir, 'host/canary')),
  ]);
}

/** Looks at as many as the appliance survives. @returns how many of them were looked at */
async function session(disks: readonly Bent[], appliance: string): Promise<number> {
  let current = 0;
  let running = false;
  try {
    await withGuestfish(
      {
        disk: { path: join(dir, 'sound/first'), format: 'raw' },
        furtherDisks: Object.fromEntries(disks.map(({ path }, index) => [`/in/bent${index}`, path])),
        outputDir: join(dir, 'out'),
        appliance,
        wallSeconds: sessionSeconds,
        signal,
      },
      async (asked) => {
        const guestfish = makeGuestfish(asked);
        running = true;
        const devices = ((await guestfish.ask('list-devices')) ?? []).slice(1);
        expect(devices).toHaveLength(disks.length);
        for (; current < disks.length; current++) {
          const mounted = await look(guestfish, devices[current] as string);
          tally.add((disks[current] as Bent).kind, mounted ? 'mounted' : 'refused');
        }
        tally.add('lvm', 'mounted', await lookAtVolumes(guestfish));
      },
    );
    return disks.length;
  } catch (error) {
    if (current === disks.length) current--;
    const { kind } = disks[current] as Bent;
    if (!isBootreadyError(error)) throw error;
    // Before the first question it is no disk's doing, but all disks' together: half as many then.
    if (!running && disks.length > 1) return 0;
    tally.add(
      kind,
      error.code === 'tool-killed' ? 'out of time' : error.code === 'tool-failed' ? 'appliance died' : 'other errors',
    );
    return current + 1;
  }
}

test(`${many} bent filesystems: no error but ours, nobody waits, nothing is written beside`, {
  timeout: 7_200_000,
}, async () => {
  const appliance = await ensureAppliance(cacheDir());
  const before = surroundings();
  let size = atOnce;
  for (let done = 0; done < many; ) {
    const disks = Array.from({ length: Math.min(size, many - done) }, (_, index) => bent(done + index));
    const begun = performance.now();
    const { value, lag } = await measureLag(() => Promise.all([session(disks, appliance), door.run(echo, 1, {})]));
    const [looked, neighbour] = value;
    const seconds = (performance.now() - begun) / 1000;
    for (const { kind } of disks.slice(0, looked)) tally.add(kind, 'N');
    process.stdout.write(`${done + looked} of ${many}: ${seconds.toFixed(0)} s, lag ${lag.toFixed(0)} ms\n`);
    expect(neighbour).toEqual({ state: 'done', value: 1 });
    expect(seconds).toBeLessThan(sessionSeconds + 60);
    // A machine that others use lags too.
    expect(lag).toBeLessThan(1000);
    for (const { path } of disks) rmSync(path);
    rmSync(join(dir, 'out'), { recursive: true });
    mkdirSync(join(dir, 'out'));
    done += looked;
    size = looked === 0 ? Math.max(1, Math.floor(size / 2)) : atOnce;
  }
  expect(tally.total('N')).toBe(many);
  expect(tally.total('other errors')).toBe(0);
  // The harness would notice if nothing was ever looked at.
  expect(tally.total('mounted')).toBeGreaterThan(many / 10);
  expect(surroundings()).toBe(before);
});

test(`${whole} whole inspections of bent filesystems end by themselves`, { timeout: 7_200_000 }, async () => {
  for (let index = 0; index < whole; index++) {
    const { kind, path } = bent(1_000_000 + index);
    const begun = performance.now();
    const inspected = inspectDisk(
      { cacheDir: cacheDir(), foreign: door, wallSeconds: inspectionSeconds },
      { path, format: 'raw', scratchDir: join(dir, 'out') },
      { signal, progress: () => undefined },
    ).then(
      ({ findings }) => expect(findings.length).toBeGreaterThan(0),
      (error: unknown) => {
        if (!isBootreadyError(error)) throw error;
        expect(error.code).toBe('tool-failed');
      },
    );
    const { value, lag } = await measureLag(() => Promise.all([inspected, door.run(echo, 1, {})]));
    expect(value[1]).toEqual({ state: 'done', value: 1 });
    expect((performance.now() - begun) / 1000).toBeLessThan(inspectionSeconds + 60);
    expect(lag).toBeLessThan(1000);
    process.stdout.write(`${kind}: ${((performance.now() - begun) / 1000).toFixed(0)} s\n`);
    rmSync(path);
  }
});
