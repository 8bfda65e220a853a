import { defineConfig } from 'vitest/config';

/** The tests that a mutant is tried with: no servers, and nothing that takes more than seconds on a quiet machine. */
export default defineConfig({
  test: {
    include: ['shared/formats/*.test.ts', 'test/hostile/formats/verdicts.test.ts'],
    // It measures time.
    exclude: ['shared/formats/cost.test.ts'],
    testTimeout: 120_000,
  },
});
