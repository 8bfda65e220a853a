import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openForeignDoor } from '../../../adapters/foreign/door.ts';
import { cacheDir } from '../../../dev/stack/tool-path.ts';
import { isBootreadyError } from '../../../shared/errors.ts';
import { foreignLimits } from '../../../shared/limits/foreign-limits.ts';
import { type ForeignLimit, foreignTask } from '../../../shared/ports/foreign.ts';
import { ensureAppliance } from '../../../workers/tools/appliance.ts';
import { withGuestfish } from '../../../workers/tools/guestfish.ts';
import type { AskGuestfish } from '../../../workers/tools/guestfish-complaints.ts';
import { askWhetherDone } from '../../../workers/tools/guestfish-complaints.ts';
import { measureLag } from '../../support/lag.ts';
import { bends } from '../bends.ts';
import { echo } from '../echo.ts';
import { flipped } from '../flips.ts';
import { makeTally } from '../table.ts';
import { bentHives } from './bent-hives.ts';
import { bentFields, databaseKinds, packageDatabases, soundHive, writeRoot } from './databases.ts';

/**
 * Databases of a guest bent as files: what reads them is hivex, librpm and libguestfs, in the appliance or in guestfish's sandbox, and then our own parsers
 * behind the door. One appliance takes one file after the other; when one takes it down, the next gets another.
 */
const flips = Number(process.env.HOSTILE_DATABASES ?? 30);
const sessionSeconds = 300;
/** A file of the largest size, without KVM. */
const mostSeconds = 60;
const signal = new AbortController().signal;
const KiB = 1024;
const MiB = 1024 * KiB;

const tasks = './database-tasks.ts';
const packagesIn = foreignTask<typeof import('./database-tasks.ts').packagesIn>(
  import.meta.url,
  tasks,
  'packagesIn',
  foreignLimits.look,
);
const hiveIn = foreignTask<typeof import('./database-tasks.ts').hiveIn>(
  import.meta.url,
  tasks,
  'hiveIn',
  foreignLimits.look,
);
const door = openForeignDoor({ keepReady: [packagesIn.module] });
const tally = makeTally(['N', 'read', 'refused', 'exceeded', 'appliance died', 'out of time', 'slowest, s'] as const);

let dir: string;
let appliance: string;
let databases: ReturnType<typeof packageDatabases>;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'hostile-databases-'));
  for (const name of ['bent', 'out']) mkdirSync(join(dir, name));
  appliance = await ensureAppliance(cacheDir());
  databases = packageDatabases(dir);
});
beforeEach(() => {
  for (const name of ['bent', 'out']) {
    rmSync(join(dir, name), { recursive: true });
    mkdirSync(join(dir, name));
  }
});
afterAll(async () => {
  tally.print('Bent databases');
  await door.close();
  rmSync(dir, { recursive: true, force: true });
});

type Case = { name: string; bytes: Buffer };

/** What became of each case: how many packages were told, whether a hive was opened; `died` and `late` are the appliance's. */
type Fate = 'read' | 'refused' | 'exceeded' | 'died' | 'late';

/** What takes too much may be cut off; what makes a parser throw may not be there. */
function exceeded(limit: ForeignLimit): Fate {
  expect(limit).not.toBe('crash');
  return 'exceeded';
}

/** The cases one after the other; `look` is told where the appliance finds the file. @returns their fates, by name */
async function each(
  kind: string,
  disk: string,
  cases: readonly Case[],
  begin: (asked: AskGuestfish) => Promise<void>,
  look: (asked: AskGuestfish, file: string) => Promise<Fate>,
): Promise<Map<string, Fate>> {
  const fates = new Map<string, Fate>();
  const began = { at: performance.now() };
  const took = (): number => (performance.now() - began.at) / 1000;
  let slowest = 0;
  const done = (name: string, fate: Fate): void => {
    fates.set(name, fate);
    slowest = Math.max(slowest, took());
    if (took() > 10) process.stdout.write(`${kind}, ${name}: ${fate}, ${took().toFixed(0)} s\n`);
  };
  while (fates.size < cases.length) {
    let running = false;
    const before = fates.size;
    const current = (): Case => cases[fates.size] as Case;
    try {
      const options = {
        disk: { path: disk, format: 'raw' },
        writableBytes: 512 * MiB,
        outputDir: join(dir, 'out'),
        appliance,
      } as const;
      await withGuestfish(
        { ...options, readOnly: { '/in/bent': join(dir, 'bent') }, wallSeconds: sessionSeconds, signal },
        async (asked) => {
          await begin(asked);
          running = true;
          while (fates.size < cases.length) {
            const { name, bytes } = current();
            writeFileSync(join(dir, 'bent/file'), bytes);
            began.at = performance.now();
            const { value, lag } = await measureLag(() =>
              Promise.all([look(asked, '/in/bent/file'), door.run(echo, 1, {})]),
            );
            expect(value[1]).toEqual({ state: 'done', value: 1 });
            expect([name, lag <= 200]).toEqual([name, true]);
            done(name, value[0]);
          }
        },
      );
    } catch (error) {
      if (!isBootreadyError(error) || !running) throw error;
      // The session's time was over, and this case's was not.
      if (error.code === 'tool-killed' && fates.size > before && took() < mostSeconds) continue;
      done(current().name, error.code === 'tool-killed' ? 'late' : 'died');
    }
  }
  const columns = {
    read: 'read',
    refused: 'refused',
    exceeded: 'exceeded',
    died: 'appliance died',
    late: 'out of time',
  } as const;
  for (const fate of fates.values()) tally.add(kind, columns[fate]);
  tally.add(kind, 'N', fates.size);
  tally.add(kind, 'slowest, s', Math.round(slowest));
  expect(slowest).toBeLessThan(mostSeconds);
  return fates;
}

function flippedCases(sound: Buffer): Case[] {
  return Array.from({ length: flips }, (_, number) => ({ name: `flip ${number}`, bytes: flipped(sound, number) }));
}

/** Every bend of a text at every size; and of what is no text, its ends, doubled, and filled up. */
function makeCases({ words, sound }: { words: string; sound: Buffer }): Case[] {
  return [
    { name: 'sound', bytes: sound },
    ...flippedCases(sound),
    ...Object.entries(words ? bentFields(words) : {}).map(([name, bytes]) => ({ name, bytes })),
    ...(words
      ? Object.entries(bends).flatMap(([name, bend]) =>
          [64 * KiB, 4 * MiB].map((size) => ({ name: `${name}, ${size}`, bytes: bend(size, words) })),
        )
      : [
          { name: 'empty', bytes: Buffer.alloc(0) },
          { name: 'cut at 1 KiB', bytes: sound.subarray(0, KiB) },
          { name: 'cut in the middle', bytes: sound.subarray(0, sound.length / 2) },
          { name: 'doubled', bytes: Buffer.concat([sound, sound]) },
          {
            name: 'numbers at their largest',
            bytes: Buffer.concat([sound.subarray(0, 16), Buffer.alloc(sound.length, 0xff)]),
          },
          { name: 'its first page again and again, 64 MiB', bytes: Buffer.alloc(64 * MiB, sound.subarray(0, 4096)) },
        ]),
    // Sound in all its parts, and too many.
    {
      name: 'as many as fit into 32 MiB',
      bytes: words ? Buffer.alloc(32 * MiB, words) : Buffer.concat([sound, Buffer.alloc(32 * MiB)]),
    },
    { name: 'one line of 96 MiB', bytes: Buffer.alloc(96 * MiB, 'a') },
  ];
}

test.each(databaseKinds)('a database of packages: %s', { timeout: 3_600_000 }, async (kind) => {
  const database = databases[kind];
  const disk = join(dir, `${kind.replaceAll(' ', '-')}.raw`);
  writeRoot(disk, dir, database);
  const root = '/dev/sda';
  const fates = await each(
    kind,
    disk,
    makeCases(database),
    async (asked) => {
      expect(String(await asked('inspect-os', []))).toContain(root);
      expect(await askWhetherDone(asked)('mount', root, '/')).toBe(true);
    },
    async (asked, file) => {
      expect(await askWhetherDone(asked)('upload', file, database.path)).toBe(true);
      const result = await door.run(packagesIn, root, { ask: asked }, signal);
      if (result.state !== 'done') return exceeded(result.limit);
      return result.value ? 'read' : 'refused';
    },
  );
  // The harness would notice if nothing was ever read.
  expect([kind, fates.get('sound')]).toEqual([kind, 'read']);
  rmSync(disk);
});

test('hives of the registry', { timeout: 3_600_000 }, async () => {
  const sound = soundHive(dir);
  const disk = join(dir, 'windows.raw');
  writeRoot(disk, dir, { path: '/hive', words: '', tree: {}, sound });
  const cases = [...Object.entries(bentHives(sound)).map(([name, bytes]) => ({ name, bytes })), ...flippedCases(sound)];
  const fates = await each(
    'hive',
    disk,
    cases,
    async (asked) => expect(await askWhetherDone(asked)('mount', '/dev/sda', '/')).toBe(true),
    async (asked, file) => {
      await asked('hivex-close', []);
      expect(await askWhetherDone(asked)('upload', file, '/hive')).toBe(true);
      const result = await door.run(hiveIn, '/hive', { ask: asked }, signal);
      if (result.state !== 'done') return exceeded(result.limit);
      return result.value.opened && result.value.start === 0 ? 'read' : 'refused';
    },
  );
  expect(fates.get('sound')).toBe('read');
  expect(fates.get('every key has the subkeys of the root')).toBeDefined();
});
