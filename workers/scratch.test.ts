import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openScratch } from './scratch.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'scratch-'));
});
afterEach(() => rm(root, { recursive: true }));

test('a new attempt finds its folder empty, whatever an earlier one left', async () => {
  const scratch = await openScratch(root, 'w1');
  const folder = await scratch.open({ runId: 'run', fence: 1 });
  await writeFile(join(folder, 'disk.raw'), 'left over');
  expect(await scratch.open({ runId: 'run', fence: 1 })).toBe(folder);
  expect(await readdir(await scratch.open({ runId: 'run', fence: 2 }))).toEqual([]);
  await scratch.discard({ runId: 'run', fence: 2 });
  expect((await readdir(join(root, 'w1'))).sort()).toEqual(['owner.json', 'run.1']);
});

test('folders of processes that are gone are swept, those of living ones are kept', async () => {
  const script = `import { openScratch } from ${JSON.stringify(join(import.meta.dirname, 'scratch.ts'))};
    await (await openScratch(process.argv[1], 'dead')).open({ runId: 'run', fence: 1 });
    console.log('ready');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, root], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  await openScratch(root, 'living');
  expect((await readdir(root)).sort()).toEqual(['dead', 'living']);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await openScratch(root, 'next');
  expect((await readdir(root)).sort()).toEqual(['living', 'next']);
});
