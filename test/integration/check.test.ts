import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CheckReport } from '../../shared/contracts/check.ts';
import { buildDisk, convert } from '../hostile/images.ts';
import { eventually } from '../support/eventually.ts';
import { processesWith } from '../support/processes-with.ts';
import { runCli, startCli } from '../support/run-cli.ts';

/** `bootready check`, with neither server nor configuration. The first test that inspects may build the appliance. */
const patience = 400_000;

let dir: string;
let disk: string;
let scratch: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'check-'));
  disk = buildDisk(join(dir, 'disk.raw'));
});
afterAll(() => rmSync(dir, { recursive: true }));
beforeEach(() => {
  scratch = mkdtempSync(join(dir, 'scratch-'));
});
afterEach(() => {
  expect(readdirSync(scratch)).toEqual([]);
});

function check(args: string[], env: Record<string, string> = {}, wrapper: string[] = []) {
  return runCli(['check', ...args], { env: { SCRATCH_DIR: scratch, ...env }, wrapper });
}
function parseReport(stdout: string): CheckReport {
  return CheckReport.parse(JSON.parse(stdout));
}
function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

describe('an image that is refused', () => {
  let overlay: string;
  beforeAll(() => {
    overlay = join(dir, 'overlay.qcow2');
    execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', disk, overlay]);
  });

  test('is refused at once, by no tool, with the reason and what to do', async () => {
    const { code, stdout } = await check([overlay, '--json']);
    expect(code).toBe(1);
    const report = parseReport(stdout);
    expect(report).toMatchObject({ verdict: 'reject', file: { name: 'overlay.qcow2' }, tools: {} });
    expect(report.findings).toMatchObject([
      { code: 'qcow2-backing-file', outcome: 'fail', remedy: expect.stringContaining('qemu-img convert') },
    ]);
    expect(report.converted).toBeUndefined();
  });

  test('whatever the policy; in German too', async () => {
    const bill = join(dir, 'no-bill.json');
    const { code, stdout, stderr } = await check([overlay, '--policy', 'warn', '--lang', 'de', '--sbom', bill]);
    expect(code).toBe(1);
    expect(stdout).toContain('Fehler (1)');
    expect(stdout).toContain('Es würde abgelehnt (policy warn).');
    expect(stderr).toMatch(/^ {2}admit .*done/m);
    expect(stderr).toContain('The image has no bill of materials');
    expect(stderr).not.toContain('convert');
  });
});

test('a disk without a system is rejected, by the policy of the environment', { timeout: patience }, async () => {
  const vmdk = convert(disk, 'vmdk', join(dir, 'disk.vmdk'), '-o', 'subformat=streamOptimized');
  const { code, stdout, stderr } = await check([vmdk, '--json'], { POLICY: 'enforce' });
  expect(stderr).toBe('');
  expect(code).toBe(1);
  const report = parseReport(stdout);
  expect(report).toMatchObject({
    policy: 'enforce',
    verdict: 'reject',
    disk: { format: 'vmdk', variant: 'streamOptimized' },
    converted: { format: 'raw', sha256: sha256(disk) },
    guest: { partitionTable: 'gpt' },
    tools: { 'qemu-img': expect.any(String), libguestfs: expect.any(String) },
  });
  expect(report.findings).toContainEqual(
    expect.objectContaining({ code: 'operating-system', outcome: 'fail', severity: 'required' }),
  );
});

test('under "warn" it would be published with warnings; the output is kept', { timeout: patience }, async () => {
  const output = join(dir, 'kept.qcow2');
  const { code, stdout, stderr } = await check([
    disk,
    '--policy',
    'warn',
    '--format',
    'qcow2',
    '--keep-output',
    output,
  ]);
  expect(code).toBe(0);
  expect(stdout).toContain('Warnings (1)\n  Operating system\n');
  expect(stdout).toContain('It would be published, with warnings (policy warn).');
  expect(stdout).toContain(output);
  expect(stderr).toMatch(/^ {2}inspect .*done/m);
  const back = join(dir, 'back.raw');
  execFileSync('qemu-img', ['convert', '-f', 'qcow2', '-O', 'raw', output, back]);
  expect(sha256(back)).toBe(sha256(disk));
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends the tools and clears up', { timeout: patience }, async (signal) => {
  const run = startCli(['check', disk], { env: { SCRATCH_DIR: scratch } });
  await eventually(async () => /convert .*done/.test(run.stderr()), {
    within: 60,
    what: 'inspect has begun',
    every: 50,
  });
  const ours = () => processesWith(basename(scratch));
  await eventually(async () => ours().length > 0, { within: 60, what: 'guestfish runs', every: 50 });
  run.child.kill(signal);
  expect((await run.ended).code).toBe(130);
  expect(run.stderr()).not.toMatch(/inspect .*done/);
  expect(ours()).toEqual([]);
});

test('a tool that is missing is named, with what to do', async () => {
  // The sandbox has a PATH of its own; so the program itself is hidden.
  const hide = ['bwrap', '--dev-bind', '/', '/', '--ro-bind', '/dev/null', '/usr/bin/qemu-img'];
  const { code, stderr } = await check([disk], {}, hide);
  expect(code).toBe(3);
  expect(stderr).toMatch(/qemu-img/);
  expect(stderr).toMatch(/^Install /m);
});

describe('wrong use', () => {
  test('no such file, no file, a format that does not exist', async () => {
    for (const args of [[join(dir, 'none')], [dir], [disk, '--format', 'vmdk']]) {
      const { code, stdout, stderr } = await check(args);
      expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: '' });
      expect(stderr.trim().split('\n')).toHaveLength(2);
    }
  });

  test('an output that is there already is told before any work', async () => {
    const there = join(dir, 'there.raw');
    writeFileSync(there, 'precious');
    for (const option of ['--keep-output', '--sbom']) {
      const { code, stderr } = await check([disk, option, there]);
      expect(code).toBe(6);
      expect(stderr).toContain('already exists');
    }
    expect(readFileSync(there, 'utf8')).toBe('precious');
  });
});
