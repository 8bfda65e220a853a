import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { openForeignDoor } from '../../../adapters/foreign/door.ts';
import { bootCheck } from '../../../workers/activities/boot-check.ts';
import { measureLag } from '../../support/lag.ts';
import { echo } from '../echo.ts';
import { brokenAgent, brokenDhcp, soundDhcp } from './broken-messages.ts';
import { asFrames, liveGuest } from './live-guest.ts';

/** Real guests that run and mean harm: QEMU, a kernel with virtio's drivers, and a program that attacks from within. */

const MiB = 1024 ** 2;
/** How long a guest may take. A machine that others use needs more. */
const seconds = { kvm: 40, tcg: Number(process.env.HOSTILE_BOOT_SECONDS ?? 150) };
const besides = 60;

const door = openForeignDoor();
afterAll(() => door.close());

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hostile-live-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** What the machine's folder takes on the disk, while it does. */
function watchFolder(folder: string): { most: () => number; stop: () => void } {
  let most = 0;
  const look = async (): Promise<void> => {
    const names = await readdir(folder).catch(() => []);
    const files = await Promise.all(names.map((name) => stat(join(folder, name)).catch(() => undefined)));
    most = Math.max(
      most,
      files.reduce((sum, file) => sum + (file?.blocks ?? 0) * 512, 0),
    );
  };
  const timer = setInterval(() => void look(), 100);
  return { most: () => most, stop: () => clearInterval(timer) };
}

async function start(script: string, files: Readonly<Record<string, Buffer>> = {}, writesAtMost = 256 * MiB) {
  const path = join(dir, 'disk');
  await liveGuest(path, script, files);
  const virtualSize = (await stat(path)).size;
  const scratchDir = join(dir, 'scratch');
  await mkdir(scratchDir);
  let console = '';
  const folder = watchFolder(join(scratchDir, 'boot/machine'));
  const begun = performance.now();
  const { value, lag } = await measureLag(() =>
    Promise.all([
      bootCheck(
        { foreign: door },
        {
          disk: { path, format: 'raw', virtualSize },
          guest: { osType: 'windows', architecture: 'x86_64', firmware: ['uefi'] },
          policy: 'require',
          keep: async (name, _type, body) => {
            if (name === 'serial.log') console = String(body);
            return { bucket: 'images', key: name };
          },
          scratchDir,
          seconds,
          writesAtMost,
        },
        { signal: new AbortController().signal, progress: () => undefined },
      ),
      door.run(echo, 1, {}),
    ]),
  );
  folder.stop();
  const took = (performance.now() - begun) / 1000;
  const [{ findings }, neighbour] = value;
  process.stdout.write(
    `${findings.map(({ code, outcome }) => `${code} ${outcome}`).join(', ')}, ${took.toFixed(0)} s, lag ${lag.toFixed(0)} ms, ${Math.round(folder.most() / MiB)} MiB of the disk\n`,
  );
  expect(took).toBeLessThan(seconds.tcg + besides);
  expect(neighbour).toEqual({ state: 'done', value: 1 });
  expect(lag).toBeLessThanOrEqual(200);
  expect(await readdir(scratchDir)).toEqual([]);
  return { findings, console, most: folder.most() };
}

test('broken DHCP and agent messages, again and again, and the sound one among them is heard', async () => {
  const script = `for round in 1 2 3; do cat /hostile/agent >$port; frames </hostile/broken; done
say all sent
while true; do frames </hostile/sound; cat /hostile/agent >$port; sleep 1; done`;
  const { findings, console } = await start(script, {
    agent: brokenAgent(),
    broken: brokenDhcp(),
    sound: asFrames([soundDhcp('LIVE-1')]),
  });
  expect(console).toContain('hostile: all sent');
  expect(findings).toContainEqual(expect.objectContaining({ code: 'boot-windows-running', outcome: 'pass' }));
  expect(findings.find(({ code }) => code === 'boot-windows-running')?.params).toMatchObject({ sign: 'DHCP' });
});

test('nothing but such messages, without a pause: the time ends it, and nothing is claimed', async () => {
  const script = `say begun
while true; do cat /hostile/agent >$port; done &
while true; do frames </hostile/broken; done &
while true; do cat /hostile/agent >/dev/ttyS0; done`;
  const { findings, console } = await start(script, { agent: brokenAgent(), broken: brokenDhcp() });
  expect(console).toContain('hostile: begun');
  expect(findings.map(({ outcome }) => outcome)).not.toContain('pass');
  expect(findings.length).toBeGreaterThan(0);
});

test('a disk that is filled: the room ends it, and the finding says so', async () => {
  const bound = 96 * MiB;
  const script = `say begun
dd if=/dev/zero bs=1M of=/dev/vda
say filled
while true; do dd if=/dev/urandom bs=1M of=/dev/vda; done`;
  const { findings, console, most } = await start(script, {}, bound);
  expect(console).toContain('hostile: begun');
  expect(findings).toEqual([expect.objectContaining({ code: 'boot-disk-full', outcome: 'unknown' })]);
  expect(most).toBeGreaterThan(bound / 2);
  // Variables of the firmware lie there too.
  expect(most).toBeLessThan(bound + 2 * MiB);
});

test('devices that are probed, taken away and written to: it ends, and the worker is free', async () => {
  const script = `say begun
round=0
while true; do
  for device in /sys/bus/pci/devices/*; do
    dd if=/dev/urandom of=$device/config bs=64 count=4 2>/dev/null
    for each in $device/resource[0-9]; do dd if=/dev/urandom of=$each bs=4 count=16 2>/dev/null; done
  done
  [ $round = 0 ] && say probed
  for port in 0 96 112 992 1016 1296 1432 3320 45056 49152; do dd if=/dev/urandom of=/dev/port bs=1 seek=$port count=64 2>/dev/null; done
  for device in /sys/bus/pci/devices/*; do echo 1 >$device/reset; echo 1 >$device/remove; done 2>/dev/null
  echo 1 >/sys/bus/pci/rescan
  round=$((round + 1))
done`;
  const { findings, console } = await start(script);
  expect(console).toContain('hostile: begun');
  expect(findings.map(({ outcome }) => outcome)).not.toContain('pass');
  expect(findings.length).toBeGreaterThan(0);
});
