import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fingerprintSources } from '../../portal/build/sources.ts';
import { BootreadyError } from '../../shared/errors.ts';
import { root } from '../bootstrap/host.mjs';
import { startLine } from '../terminal/line.mjs';

/** Beside the pages: what they were built from. */
const stampFile = join(root, 'portal/dist/.built-from');

/** Always set: a test runner's own mode would make React's development build of it, twice as large. */
const mode = 'production';

/** Builds the portal unless it was built from exactly these sources. @throws BootreadyError `tool-failed` with what Vite says */
export async function buildPortal(): Promise<void> {
  const wanted = `${mode} ${await fingerprintSources(root)}`;
  if ((await readFile(stampFile, 'utf8').catch(() => '')) === wanted) return;
  const line = startLine('Building the portal');
  const { code, output } = await vite();
  if (code !== 0) {
    line.end();
    throw new BootreadyError({
      code: 'tool-failed',
      message: `The portal could not be built: ${output.trim().split('\n').slice(-5).join(' | ')}`,
      remedy: 'Try it by hand: npm run build:portal',
    });
  }
  await writeFile(stampFile, wanted);
  line.done();
}

function vite(): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const args = [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--config', 'portal/vite.config.ts'];
    const env = { ...process.env, NODE_ENV: mode };
    const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output = (output + chunk.toString()).slice(-10_000);
      });
    }
    child.once('error', (error) => resolve({ code: -1, output: error.message }));
    child.once('close', (code) => resolve({ code, output }));
  });
}
