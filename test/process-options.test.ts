import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { heapOptions, mallocEnvironment } from '../shared/operation/process-roles.ts';

/** Sizes of the heap as text in the chart and in the documentation. Those of Compose and of systemd have their own tests. */

const read = (path: string): string => readFileSync(join(import.meta.dirname, '..', path), 'utf8');

test.each(['api', 'worker', 'queues'] as const)('the chart starts %s with the heap of its kind', (role) => {
  const found = read(`deploy/helm/bootready/templates/${role}.yaml`).match(/--max-semi-space-size=[^"]*/g);
  expect(found).toEqual([heapOptions[role].join(' ')]);
});

test.each(['api', 'worker', 'queues'] as const)('the chart starts %s with the malloc of its kind', (role) => {
  // The rest comes from the image.
  const ofImage = Object.fromEntries(
    [...read('Dockerfile').matchAll(/(MALLOC_\w+)=(\d+)/g)].map(([, ...pair]) => pair),
  );
  const own = [...read(`deploy/helm/bootready/templates/${role}.yaml`).matchAll(/"(MALLOC_\w+)" "(\d+)"/g)];
  expect({ ...ofImage, ...Object.fromEntries(own.map(([, ...pair]) => pair)) }).toEqual(mallocEnvironment[role]);
});

test('the documentation names the malloc of each kind', () => {
  const row = read('docs/operate.md').match(/^\| `MALLOC_ARENA_MAX`.*$/m)?.[0];
  const {
    MALLOC_ARENA_MAX: arenas,
    MALLOC_MMAP_THRESHOLD_: own,
    MALLOC_TRIM_THRESHOLD_: trim,
  } = mallocEnvironment.worker;
  expect(row).toContain(`\`${arenas}\`, \`${own}\` and \`${trim}\``);
  expect(row).toContain(`the API with \`${mallocEnvironment.api.MALLOC_MMAP_THRESHOLD_}\` instead of \`${own}\``);
});

test('the documentation names the heap of each kind', () => {
  const row = read('docs/operate.md').match(/^\| `NODE_OPTIONS` .*$/m)?.[0];
  for (const role of ['worker', 'queues'] as const) expect(row).toContain(`\`${heapOptions[role].join(' ')}\``);
  const [api, others] = [heapOptions.api, heapOptions.worker].map((options) => options.join(' ').match(/\d+$/)?.[0]);
  expect(row).toContain(`the API with ${api} instead of ${others}`);
});
