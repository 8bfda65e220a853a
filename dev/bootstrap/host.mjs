// Namespaces instead of named imports: an old Node must live long enough to say that it is too old.
import * as fs from 'node:fs';
import * as path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { Problem } from './problem.mjs';

/** The clone. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

export const checkHost = () => {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Problem(
      `The embedded stack runs on Linux on x86-64; this is ${process.platform} on ${process.arch}.`,
      'Use a Linux machine or a virtual one (Debian 12 or 13, Ubuntu 24.04).',
    );
  }
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 11)) {
    throw new Problem(
      `Node 20.11 or newer is needed to begin; this is ${process.version}.`,
      'Install a newer one, e.g. from nodejs.org; Node 24 itself comes with the npm packages.',
    );
  }
};

const gigabytes = (bytes) => `${(bytes / 1e9).toFixed(1)} GB`;

/** @throws Problem when the file system of the folder has less room than `bytes` for this user. */
export const requireRoom = (folder, bytes, purpose) => {
  let existing = path.resolve(folder);
  while (!fs.existsSync(existing)) existing = path.dirname(existing);
  const { bavail, bsize } = fs.statfsSync(existing);
  if (bavail * bsize >= bytes) return;
  throw new Problem(
    `There is not enough disk space: ${purpose} needs ${gigabytes(bytes)} at ${existing}, and ${gigabytes(bavail * bsize)} are free.`,
    'Free some space there and start again.',
  );
};
