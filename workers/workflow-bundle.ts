import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkflowBundle } from '@temporalio/worker';
import { removeOld } from './old-cache.ts';
import { runOwnProgram } from './tools/own-program.ts';

const root = join(import.meta.dirname, '..');

/** The interceptors of every workflow. */
export const workflowInterceptorModules = ['log-attributes.ts', 'carry-trace.ts'].map((name) =>
  join(root, 'workflows', name),
);

/** The bundle inside our container image and package (ship-workflows.ts), so that its workers compile nothing. */
export const shippedFolder = join(root, 'workflows/bundled');

/**
 * The workflow code in the form that Temporal's sandbox needs. Bundling takes seconds, so the result is kept under the hash of its input: the sources of
 * workflows/ and shared/, and the versions of the packages. One that was shipped is used first.
 */
export async function loadWorkflowBundle(cacheDir: string): Promise<WorkflowBundle> {
  const hash = createHash('sha256').update(await readFile(join(root, 'package.json')));
  for (const folder of ['workflows', 'shared']) {
    for (const name of (await readdir(join(root, folder), { recursive: true })).sort()) {
      if (!name.endsWith('.ts') || name.endsWith('.test.ts')) continue;
      hash.update(`${folder}/${name}\0`).update(await readFile(join(root, folder, name)));
    }
  }
  const name = `workflows-${hash.digest('hex').slice(0, 16)}.cjs`;
  for (const folder of [shippedFolder, cacheDir]) {
    const kept = await readFile(join(folder, name), 'utf8').catch(() => undefined);
    if (kept !== undefined) return { code: kept };
  }
  const path = join(cacheDir, name);
  await mkdir(cacheDir, { recursive: true });
  const partial = `${path}.${process.pid}`;
  await runOwnProgram(join(import.meta.dirname, 'bundle-workflows.ts'), [partial], { heapMiB: 768 });
  const code = await readFile(partial, 'utf8');
  await rename(partial, path);
  // Bundles of versions that nobody starts any more.
  await removeOld(cacheDir, /^workflows-[0-9a-f]{16}\.cjs$/);
  return { code };
}
