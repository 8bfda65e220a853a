import { chmod, copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import root from '../../package.json' with { type: 'json' };
import { billText, ownBill, readPackages } from './sbom.ts';

/**
 * The command line of users as one npm package without dependencies: `npm run build:cli`, then `npm pack ./dist/cli`. Node runs no TypeScript below
 * node_modules, and many small files take their time to be found: so it is bundled, and what a command needs comes in chunks when it is called.
 */
export async function buildPackage(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const bundle = await rolldown({
    input: { bootready: join(import.meta.dirname, '../../cli/user.ts') },
    platform: 'node',
    // Nothing is left out silently: what cannot be found ends the build.
    onLog: (level, log, handle) => handle(level === 'warn' && log.code === 'UNRESOLVED_IMPORT' ? 'error' : level, log),
  });
  const { output } = await bundle.write({
    dir: folder,
    format: 'esm',
    minify: true,
    entryFileNames: '[name].mjs',
    chunkFileNames: 'chunks/[name]-[hash].mjs',
    banner: ({ isEntry }) => (isEntry ? '#!/usr/bin/env node' : ''),
  });
  await bundle.close();
  const modules = output.flatMap((part) => (part.type === 'chunk' ? part.moduleIds : []));
  await writeFile(join(folder, 'sbom.cdx.json'), billText(await ownBill(await readPackages(modules))));
  const { name, version, description, license } = root;
  const manifest = {
    ...{ name, version, description, license, type: 'module' },
    // 22.15 is the first that reads zstd.
    engines: { node: '>=22.15' },
    bin: { bootready: 'bootready.mjs' },
    files: ['bootready.mjs', 'chunks', 'sbom.cdx.json'],
  };
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await copyFile(join(import.meta.dirname, '../../LICENSE'), join(folder, 'LICENSE'));
  await chmod(join(folder, 'bootready.mjs'), 0o755);
}

export const packageFolder = join(import.meta.dirname, '../../dist/cli');

if (import.meta.main) await buildPackage(packageFolder);
