import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { runSandboxed } from './sandbox.ts';

// A tool that is quicker than the watch: nobody checks it while it runs.
vi.mock('./sandbox-watch.ts', async (original) => ({
  ...(await original<typeof import('./sandbox-watch.ts')>()),
  watchSandbox: () => () => undefined,
}));

const MiB = 1024 ** 2;
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sandbox-end-'));
  mkdirSync(join(dir, 'out'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function write(script: string): Promise<unknown> {
  return runSandboxed({
    command: 'sh',
    args: ['-c', script],
    profile: 'script',
    writable: { '/out': join(dir, 'out') },
    limits: { wallSeconds: 20, cpuSeconds: 20, memoryBytes: 512 * MiB, fileBytes: 4 * MiB, folderBytes: 8 * MiB },
  });
}
const files = (count: number): string =>
  `for i in $(seq ${count}); do dd if=/dev/zero of=/out/$i bs=1M count=3 status=none; done`;

test('a tool that wrote more than it may and ended well did not succeed', async () => {
  await expect(write(files(2))).resolves.toBeDefined();
  await expect(write(files(3))).rejects.toMatchObject({ code: 'tool-killed', context: { code: 0, excess: 'disk' } });
});

test('nor did one that made folders where it may make none', async () => {
  await expect(write('mkdir /out/folder')).rejects.toMatchObject({ context: { code: 0, excess: 'files' } });
});
