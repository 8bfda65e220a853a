import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildDisk, convert } from '../../test/hostile/images.ts';
import { eventually } from '../../test/support/eventually.ts';
import { processesWith } from '../../test/support/processes-with.ts';
import { fileInput, qemuImgConvert } from './qemu-img.ts';
import { runSandboxed, type SandboxCommand } from './sandbox.ts';

const MiB = 1024 ** 2;
const limits = { wallSeconds: 20, cpuSeconds: 20, memoryBytes: 1024 * MiB, fileBytes: MiB };
function sh(script: string, more: Partial<SandboxCommand> = {}) {
  return runSandboxed({ command: 'sh', args: ['-c', script], profile: 'script', limits, ...more });
}

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'sandbox-'));
  writeFileSync(join(dir, 'secret'), 'canary');
});
afterAll(() => rmSync(dir, { recursive: true }));

test('nothing of the host is there but programs and what is bound in', async () => {
  await expect(sh(`cat ${join(dir, 'secret')}`)).rejects.toMatchObject({ code: 'tool-failed' });
  expect((await sh('cat /in/secret', { readOnly: { '/in/secret': join(dir, 'secret') } })).stdout).toBe('canary');
  expect((await sh('ls /; ls /etc; ps -e 2>/dev/null | wc -l; env')).stdout).not.toMatch(/root|home|passwd|NODE/);
  await expect(sh('echo x > /in/secret', { readOnly: { '/in/secret': join(dir, 'secret') } })).rejects.toThrow();
});

test('no network: what is reached without the sandbox is not reached within', async () => {
  let requests = 0;
  const server = createServer((_, response) => {
    requests++;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const ask = `import urllib.request; urllib.request.urlopen('http://127.0.0.1:${port}/', timeout=3)`;
  // The control: execFileSync would block the server that it asks.
  const { execFile } = await import('node:child_process');
  await new Promise((resolve) => {
    execFile('/usr/bin/python3', ['-c', ask], resolve);
  });
  expect(requests).toBe(1);
  await expect(
    runSandboxed({ command: '/usr/bin/python3', args: ['-c', ask], profile: 'script', limits }),
  ).rejects.toMatchObject({
    code: 'tool-failed',
  });
  expect(requests).toBe(1);
  server.close();
});

test('a process that takes long to die is dead when the end is reported', { timeout: 30_000 }, async () => {
  // The kernel needs a while to free the memory of each.
  const hold = `python3 -c 'held = b"x" * (300 << 20); open("/out/holds", "a").write("."); import time; time.sleep(60)'`;
  const controller = new AbortController();
  const running = sh(`(${hold} & ${hold} & ${hold} & wait) <&- >&- 2>&-`, {
    writable: { '/out': dir },
    limits: { ...limits, memoryBytes: 1024 * MiB, residentBytes: 2048 * MiB },
    signal: controller.signal,
  });
  const holds = join(dir, 'holds');
  await eventually(async () => existsSync(holds) && statSync(holds).size === 3, {
    within: 20,
    what: 'all hold memory',
  });
  controller.abort();
  await expect(running).rejects.toMatchObject({ context: { killed: true } });
  expect(processesWith(basename(dir))).toEqual([]);
});

test('time, file size and cancelling end it with all its children', async () => {
  const marker = `sleep 31${process.pid}`;
  await expect(sh(`${marker} & ${marker}`, { limits: { ...limits, wallSeconds: 0.3 } })).rejects.toMatchObject({
    code: 'tool-killed',
  });
  const controller = new AbortController();
  const running = sh(`${marker} & ${marker}`, { signal: controller.signal });
  setTimeout(() => controller.abort(), 200);
  await expect(running).rejects.toMatchObject({ code: 'tool-killed', context: { killed: true } });
  expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain(marker);
  await expect(sh('head -c 3M /dev/zero > /out/file', { writable: { '/out': dir } })).rejects.toMatchObject({
    code: 'tool-failed',
  });
  expect(statSync(join(dir, 'file')).size).toBe(MiB);
});

test('the kernel holds the limits of each process', async () => {
  const names = ['AS', 'CPU', 'FSIZE', 'NOFILE', 'CORE', 'MEMLOCK', 'NPROC'];
  const script = `import resource; print([resource.getrlimit(getattr(resource, 'RLIMIT_' + name)) for name in ${JSON.stringify(names)}])`;
  const held = {
    wallSeconds: 20,
    cpuSeconds: 7,
    memoryBytes: 2048 * MiB,
    fileBytes: 5 * MiB,
    openFiles: 33,
    tasks: 44,
  };
  const run = { command: '/usr/bin/python3', args: ['-S', '-c', script], profile: 'script', limits: held } as const;
  const { stdout } = await runSandboxed(run);
  const expected = [held.memoryBytes, held.cpuSeconds, held.fileBytes, held.openFiles, 0, 0, held.tasks];
  expect(JSON.parse(stdout.replaceAll('(', '[').replaceAll(')', ']'))).toEqual(expected.map((each) => [each, each]));
});

test('a missing program is said to be missing', async () => {
  await expect(runSandboxed({ command: 'no-such-tool', args: [], profile: 'filter', limits })).rejects.toMatchObject({
    code: 'tool-missing',
  });
});

/** The detector is not asked here: this is the wall behind it. */
test('an image that names another file gets none of its bytes, even when nobody has looked at it', async () => {
  const base = buildDisk(join(dir, 'base.raw'));
  const overlay = join(dir, 'overlay.qcow2');
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', base, overlay]);
  execFileSync('qemu-img', ['convert', '-f', 'qcow2', '-O', 'raw', overlay, join(dir, 'leak.raw')]);
  // The control: without tree and sandbox the other file's bytes come out.
  expect(readFileSync(join(dir, 'leak.raw')).equals(readFileSync(base))).toBe(true);

  const options = { to: 'raw', outputDir: dir, onPercent: () => undefined } as const;
  const virtualSize = statSync(base).size;
  await qemuImgConvert(fileInput(overlay), {
    ...options,
    from: { format: 'qcow2', variant: 'v3', virtualSize },
    outputName: 'safe.raw',
  });
  expect(readFileSync(join(dir, 'safe.raw')).every((byte) => byte === 0)).toBe(true);

  const flat = convert(base, 'vmdk', join(dir, 'flat.vmdk'), '-o', 'subformat=monolithicFlat');
  await expect(
    qemuImgConvert(fileInput(flat), {
      ...options,
      from: { format: 'vmdk', variant: 'x', virtualSize },
      outputName: 'flat.raw',
    }),
  ).rejects.toMatchObject({ code: 'tool-failed' });
});
