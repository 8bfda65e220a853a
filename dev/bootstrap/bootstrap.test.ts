import { execFile, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const dev = join(import.meta.dirname, '..');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bootstrap-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('npm start on a bare clone', () => {
  beforeAll(() => cpSync(dev, join(folder, 'clone/dev'), { recursive: true }));
  const start = (...args: string[]) => run(process.execPath, [join(folder, 'clone/dev/start.mjs'), ...args]);

  test('explains itself with --help, with nothing installed', async () => {
    const { stdout } = await start('--help');
    for (const word of ['--no-sample', '--data-dir', '--api-port', '--once', 'Temporal'])
      expect(stdout).toContain(word);
  });

  test.each([
    [['--nonsense'], "Unknown option '--nonsense'."],
    [['--api-port', '70000'], '"70000" is not a port.'],
  ])('refuses %j before it installs anything', async (args, message) => {
    await expect(start(...args)).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(message) });
  });
});

describe('the hand-over to Node 24', () => {
  /** Runs a script as the set-up does, and gives what it printed once it has printed "ready". */
  const handOver = async (script: string) => {
    writeFileSync(join(folder, 'script.mjs'), script);
    const driver = join(folder, 'driver.mjs');
    writeFileSync(
      driver,
      `import { runNode24 } from ${JSON.stringify(join(dev, 'bootstrap/node-24.mjs'))};
process.exitCode = await runNode24([${JSON.stringify(join(folder, 'script.mjs'))}]);`,
    );
    const child = spawn(process.execPath, [driver], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    const ready = new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes('ready')) resolve();
      });
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    await ready;
    return { child, ended, output: () => output };
  };

  test('passes the exit code on', async () => {
    const { ended } = await handOver("console.log('ready'); process.exitCode = 7;");
    expect(await ended).toBe(7);
  });

  test('runs a Node that knows TypeScript, first in PATH for what it starts', async () => {
    const { ended, output } = await handOver(
      "import { execFileSync } from 'node:child_process'; console.log('ready', String(execFileSync('node', ['--version'])));",
    );
    await ended;
    expect(output()).toContain('ready v24.');
  });

  test('delivers one SIGINT for the two that npm and the terminal send, and waits for the end', async () => {
    const { child, ended, output } = await handOver(
      `let count = 0;
process.on('SIGINT', () => {
  count += 1;
  if (count === 1) setTimeout(() => { console.log('signals', count); process.exit(3); }, 600);
});
setInterval(() => {}, 1000);
console.log('ready');`,
    );
    child.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 50));
    child.kill('SIGINT');
    expect(await ended).toBe(3);
    expect(output()).toContain('signals 1');
  });

  test('tells of an end by a signal with 128 and its number', async () => {
    const { ended } = await handOver(
      "console.log('ready'); setTimeout(() => process.kill(process.pid, 'SIGTERM'), 50);",
    );
    expect(await ended).toBe(143);
  });
});
