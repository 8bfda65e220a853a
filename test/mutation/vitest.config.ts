import { defineConfig } from 'vitest/config';

/** The tests that a mutant is tried with. No servers, and nothing that takes more than seconds. */
export default defineConfig({
  test: { include: ['shared/formats/{admit,readings}.test.ts'], testTimeout: 30_000 },
});
