import { execFile, spawn } from 'node:child_process';
import { lstat, mkdir, readFile, readlink, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { BootreadyError } from '../../shared/errors.ts';
import { requireRoom } from '../bootstrap/host.mjs';
import { type Tool, toolFile, toolModule } from '../stack/tool-path.ts';
import { print, startLine } from '../terminal/line.mjs';
import type { Go } from './go.ts';

const run = promisify(execFile);

/** The package that is built in the tool's module, and how a version in PATH is asked for. */
const sources: Record<Tool, { package: string; module?: string; versionArgs?: string[] }> = {
  temporal: {
    package: 'github.com/temporalio/cli/cmd/temporal',
    module: 'github.com/temporalio/cli',
    versionArgs: ['--version'],
  },
  versitygw: {
    package: 'github.com/versity/versitygw/cmd/versitygw',
    module: 'github.com/versity/versitygw',
    versionArgs: ['--version'],
  },
  'compose-check': { package: '.' },
};

/** Those of the tools that are neither built nor in PATH in a fit version. A fit one in PATH is noted. */
export async function findMissingTools(tools: readonly Tool[]): Promise<Tool[]> {
  const missing: Tool[] = [];
  for (const tool of tools) if (!((await isBuilt(tool)) || (await takeFromPath(tool)))) missing.push(tool);
  return missing;
}

async function isBuilt(tool: Tool): Promise<boolean> {
  const file = toolFile(tool);
  const found = await lstat(file).catch(() => undefined);
  if (!found?.isSymbolicLink()) return Boolean(found);
  // One of PATH: it may have gone or been replaced since.
  if (await isFit(tool, await readlink(file))) return true;
  await rm(file, { force: true });
  return false;
}

async function takeFromPath(tool: Tool): Promise<boolean> {
  for (const folder of (process.env.PATH ?? '').split(':').filter(Boolean)) {
    const candidate = join(folder, tool);
    if (!(await isFit(tool, candidate))) continue;
    await mkdir(dirname(toolFile(tool)), { recursive: true });
    await symlink(candidate, toolFile(tool)).catch(() => undefined);
    print(`Using ${candidate}.`);
    return true;
  }
  return false;
}

/** The pinned minor version or a newer one of the same major. */
async function isFit(tool: Tool, program: string): Promise<boolean> {
  const { module, versionArgs } = sources[tool];
  if (!module || !versionArgs || !(await stat(program).catch(() => undefined))) return false;
  const printed = await run(program, versionArgs, { timeout: 10_000 }).then(
    ({ stdout }) => stdout,
    () => '',
  );
  const pinned = readNumbers((await readPinnedVersion(tool, module)) ?? '');
  const found = readNumbers(printed);
  return Boolean(pinned && found && found[0] === pinned[0] && found[1] >= pinned[1]);
}

function readNumbers(text: string): [number, number] | undefined {
  const [, major, minor] = /\bv?(\d+)\.(\d+)\.\d+/.exec(text) ?? [];
  return major && minor ? [Number(major), Number(minor)] : undefined;
}

async function readPinnedVersion(tool: Tool, module: string): Promise<string | undefined> {
  return (await readFile(join(toolModule(tool), 'go.mod'), 'utf8'))
    .split('\n')
    .map((line) =>
      line
        .trim()
        .replace(/^require /, '')
        .split(' '),
    )
    .find(([path]) => path === module)?.[1];
}

/**
 * Builds one, without a C compiler. The name it gets in the end is given at once and whole, so set-ups that run beside each other
 * build the same thing twice at worst.
 */
export async function buildTool(tool: Tool, go: Go): Promise<void> {
  const target = toolFile(tool);
  await mkdir(dirname(target), { recursive: true });
  requireRoom(dirname(target), 4e9, `building ${tool}`);
  const line = startLine(`Building ${tool} (once; it can take some minutes)`);
  const partial = `${target}.partial-${process.pid}`;
  const { code, output } = await build(go, toolModule(tool), [
    ...['build', '-trimpath', '-buildvcs=false', '-ldflags=-s -w', '-o', partial],
    sources[tool].package,
  ]);
  if (code !== 0) {
    line.end();
    await rm(partial, { force: true });
    throw failure(tool, output);
  }
  await rename(partial, target);
  line.done(`Building ${tool}`);
}

function build(go: Go, cwd: string, args: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn('setpriv', ['--pdeathsig', 'TERM', go.command, ...args], {
      cwd,
      env: { ...process.env, CGO_ENABLED: '0', GOWORK: 'off', ...go.env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let output = '';
    child.stderr.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-20_000);
    });
    child.once('error', (error) => resolve({ code: -1, output: error.message }));
    child.once('close', (code) => resolve({ code, output }));
  });
}

function failure(tool: Tool, output: string): BootreadyError {
  const about = (message: string, remedy: string): BootreadyError =>
    new BootreadyError({ code: 'unavailable', message: `The tool ${tool} could not be built: ${message}.`, remedy });
  if (/no space left on device/i.test(output)) return about('the disk is full', 'Free some space and start again.');
  if (/dial tcp|no such host|connection refused|i\/o timeout|TLS handshake|network is unreachable/i.test(output)) {
    return about(
      'its sources could not be fetched, the Go module proxy is not reachable',
      'Check the network (or proxy: go env GOPROXY, https_proxy) and start again.',
    );
  }
  const last = output
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith('go: downloading'))
    .slice(-3)
    .join(' | ');
  return about(
    last || 'go printed nothing',
    `Try it by hand: cd dev/tools/${tool} && go build ${sources[tool].package}`,
  );
}
