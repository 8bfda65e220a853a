import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openForeignDoor } from '../../../adapters/foreign/door.ts';
import type { SandboxCommand } from '../../../workers/tools/sandbox.ts';
import { measureLag } from '../../support/lag.ts';
import { boot } from '../../support/step-functions.ts';
import { echo } from '../echo.ts';

/** Boot sectors that do harm instead of starting anything: the check ends in time, says what it saw, and the worker lives. */

/** What the overlay may grow to here: the product's own 8 GiB would take minutes, and room that others need. */
const overlayBytes = 256 * 1024 ** 2;
let ends: string[] = [];
vi.mock('../../../workers/tools/sandbox.ts', async (original) => {
  const real = await original<typeof import('../../../workers/tools/sandbox.ts')>();
  return {
    ...real,
    spawnSandboxed: (command: SandboxCommand) => {
      const child = real.spawnSandboxed({ ...command, limits: { ...command.limits, fileBytes: overlayBytes } });
      void child.exited.then((end) => ends.push(JSON.stringify(end)));
      return child;
    },
  };
});

const MiB = 1024 ** 2;
const seconds = { kvm: 20, tcg: 30 };
/** Firmware, the start of QEMU and the afterword, on a machine that others use. */
const besides = 60;

const door = openForeignDoor();
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'hostile-boot-'));
});
afterAll(async () => {
  await door.close();
  rmSync(dir, { recursive: true, force: true });
});

/** 16-bit code at 0000:7c00, as hexadecimal. */
const guests: Record<string, string> = {
  // jmp $
  'spins without a word': 'ebfe',
  // mov dx,3f8; again: inc al; out dx,al; jmp again
  'floods its console with all bytes': 'baf803 fec0 ee ebfb',
  // mov dx,3f8; again: mov al,1b; out dx,al; mov al,0d; out dx,al; jmp again
  'floods its console with escapes and carriage returns': 'baf803 b01b ee b00d ee ebf8',
  // xor dx,dx; again: mov al,dl; out dx,al; in al,dx; inc dx; jmp again
  'writes to and reads from every port': '31d2 88d0 ee ec 42 ebf9',
  // xor ax,ax; mov ds,ax; again: mov si,packet; mov ax,4300; mov dl,80; int 13; add dword [packet+8],7f; jmp again
  // packet: 127 sectors from 1000:0000 to the sector that follows. Phoenix EDD 3.0, function 43h
  'writes to its whole disk':
    '31c0 8ed8 be197c b80043 b280 cd13 668106217c7f000000 ebeb 10007f000000001001000000 00000000',
};

test.each(Object.entries(guests))('a guest that %s', async (name, code) => {
  const sector = Buffer.alloc(512);
  Buffer.from(code.replaceAll(' ', ''), 'hex').copy(sector);
  sector.writeUInt16LE(0xaa55, 510);
  const path = join(dir, 'disk');
  writeFileSync(path, sector);
  const virtualSize = 16 * 1024 * MiB;
  truncateSync(path, virtualSize);
  ends = [];

  const begun = performance.now();
  const guest = { osType: 'linux', architecture: 'x86_64', firmware: ['bios'] } as const;
  const { value, lag } = await measureLag(() =>
    Promise.all([boot({ path, virtualSize, guest: { ...guest, firmware: ['bios'] }, seconds }), door.run(echo, 1, {})]),
  );
  const [{ findings, boot: seen, console }, neighbour] = value;
  const took = (performance.now() - begun) / 1000;
  process.stdout.write(
    `${name}: ${findings.map(({ code: each, outcome }) => `${each} ${outcome}`).join(', ')}, ${took.toFixed(0)} s, lag ${lag.toFixed(0)} ms, console ${console.length}, ${seen?.accelerator}, ${ends.join()}\n`,
  );
  expect(findings.map(({ outcome }) => outcome)).not.toContain('pass');
  expect(findings.length).toBeGreaterThan(0);
  expect(took).toBeLessThan(seconds.tcg + besides);
  expect(console.length).toBeLessThan(16 * MiB);
  expect(neighbour).toEqual({ state: 'done', value: 1 });
  // A machine that others use lags too.
  expect(lag).toBeLessThan(1000);
});
