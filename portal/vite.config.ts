import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin, type UserConfig } from 'vite';
import { commonFonts } from './build/common-fonts.ts';
import { leftOut } from './build/left-out.ts';
import { fingerprintSources } from './build/sources.ts';
import { unusedStyles } from './build/unused-styles.ts';

const root = join(import.meta.dirname, '..');
const outDir = join(import.meta.dirname, 'dist');

/** Compressed once here instead of at every request: api/portal.ts serves the compressed file beside the original. Fonts and pictures are already small. */
const compressed: Plugin = {
  name: 'compressed',
  closeBundle: async () => {
    const folder = join(outDir, 'assets');
    for (const name of (await readdir(folder)).filter((each) => /\.(js|css|svg)$/.test(each))) {
      const bytes = await readFile(join(folder, name));
      await writeFile(join(folder, `${name}.br`), await promisify(brotliCompress)(bytes));
      await writeFile(join(folder, `${name}.gz`), await promisify(gzip)(bytes));
    }
  },
};

/** Hashed assets and one page; nothing inline, for the content security policy allows no inline script or style. */
export default defineConfig(async (): Promise<UserConfig> => {
  // The styles that stay depend on all sources, and so do their names: browsers keep a file with a known name for a year.
  const stamp = (await fingerprintSources(root)).slice(0, 8);
  return {
    root: import.meta.dirname,
    plugins: [react(), leftOut(), unusedStyles(), commonFonts(), compressed],
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2022',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 1000,
      rolldownOptions: {
        output: {
          // One file for signing in, and one more for the list of images, instead of twenty: each has a head, and is compressed by itself.
          codeSplitting: {
            groups: [
              { name: 'start', tags: ['$initial'], priority: 2 },
              { name: 'signed-in', test: /\/portal\/signed-in\.tsx$/, priority: 1 },
            ],
          },
          assetFileNames: ({ names }) =>
            names.some((name) => name.endsWith('.css'))
              ? `assets/[name]-[hash]-${stamp}[extname]`
              : 'assets/[name]-[hash][extname]',
        },
      },
    },
  };
});
