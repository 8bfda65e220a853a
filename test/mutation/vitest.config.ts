import { defineConfig } from 'vitest/config';

/** The tests that a mutant is tried with: no servers, and nothing that takes more than seconds on a quiet machine. */
export default defineConfig({
  test: {
    include: [
      'shared/formats/{admit,readings,mapping,qemu-info,declared-size,archive-disk,layers,facts}.test.ts',
      'test/hostile/formats/verdicts.test.ts',
    ],
    testTimeout: 120_000,
  },
});
