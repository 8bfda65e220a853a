import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import foreign from '../../dev/foreign-parsers.json' with { type: 'json' };

/**
 * A process of the product can only parse with modules that it has loaded. The imports alone do not show it: types are imported too, but do not exist at run
 * time.
 */

const root = join(import.meta.dirname, '../..');

/** Paths of our own files that Node loads when it is given this one. */
function loadedBy(entry: string): string[] {
  const tracing = `import { registerHooks } from 'node:module';
    registerHooks({ load: (url, context, next) => { process.stdout.write('LOAD ' + url + '\\n'); return next(url, context); } });
    await import(${JSON.stringify(join(root, entry))});
    process.exit();`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', tracing], {
    encoding: 'utf8',
  });
  expect({ status, stderr }).toMatchObject({ status: 0 });
  return [...stdout.matchAll(/^LOAD file:\/\/(.*)$/gm)]
    .map(([, path = '']) => path.slice(root.length + 1))
    .filter((path) => !path.startsWith('node_modules/'));
}
function isParser(path: string): boolean {
  return foreign.parsers.some((each) => new RegExp(each).test(path));
}

test.each(['workers/main.ts', 'api/main.ts', 'cli/operate/check-examine.ts'])(
  '%s loads nothing that parses foreign bytes',
  (entry) => {
    const loaded = loadedBy(entry);
    expect(loaded).toContain('adapters/foreign/door.ts');
    expect(loaded.filter(isParser)).toEqual([]);
  },
);

test.each([
  ['shared/formats/admit-task.ts', 'shared/formats/vmdk.ts'],
  ['workers/internet/sums-file.ts', 'workers/internet/sums-file.ts'],
  ['workers/inspect/look-task.ts', 'workers/inspect/boot-config/grub.ts'],
  ['workers/boot/watch-task.ts', 'workers/boot/explain.ts'],
  ['workers/repair/mend-task.ts', 'workers/repair/windows/virtio-win.ts'],
])('%s loads its parsers, and nothing that reaches out of its process', (entry, parser) => {
  const loaded = loadedBy(entry);
  expect(loaded).toContain(parser);
  expect(loaded.filter((path) => /^adapters\/|sandbox|guestfish\.ts$|^api\//.test(path))).toEqual([]);
});
