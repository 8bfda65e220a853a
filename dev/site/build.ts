import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiReference, readDocument } from './api-reference.ts';

/**
 * Builds the documents as a website into dist/site: `npm run docs:site`. VitePress fails on dead links. It has a lockfile of its own, so that the product's
 * packages do not grow by it; they are installed when it is first used.
 */
const here = import.meta.dirname;
const root = join(here, '../..');
const pages = join(here, 'pages');

const markdown = [
  'ARCHITECTURE.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'WRITING.md',
  'docs',
  'changes/README.md',
];

/** The same files under the same names, so that the same links hold; the README is the first page. */
function collectPages(): void {
  rmSync(pages, { recursive: true, force: true });
  mkdirSync(join(pages, 'public'), { recursive: true });
  for (const name of markdown) cpSync(join(root, name), join(pages, name), { recursive: true });
  writeFileSync(join(pages, 'index.md'), readFileSync(join(root, 'README.md'), 'utf8'));
  writeFileSync(join(pages, 'README.md'), readFileSync(join(root, 'README.md'), 'utf8'));
  cpSync(join(root, 'docs/openapi.json'), join(pages, 'public/openapi.json'));
  cpSync(join(root, 'docs'), join(pages, 'public/docs'), { recursive: true, filter: (path) => !path.endsWith('.md') });
  mkdirSync(join(pages, 'api'), { recursive: true });
  writeFileSync(join(pages, 'api/index.md'), apiReference(readDocument()));
}

function run(command: string, ...args: string[]): void {
  execFileSync(command, args, { cwd: here, stdio: 'inherit' });
}

if (import.meta.main) {
  collectPages();
  if (!existsSync(join(here, 'node_modules/vitepress')))
    run('npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund');
  run(process.execPath, join(here, 'node_modules/vitepress/bin/vitepress.js'), 'build', '.');
}
