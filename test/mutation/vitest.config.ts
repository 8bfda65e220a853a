import { basename } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** These need seconds, and tell most of the changes apart. The others need less than a second, and come first: a mutant ends with its first failure. */
const slow = ['raw', 'archive-disk', 'declared-size', 'admit', 'readings', 'verdicts'].map((name) => `${name}.test.ts`);

class FastFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => slow.indexOf(basename(moduleId));
    return Promise.resolve(files.toSorted((one, other) => rank(one) - rank(other)));
  }
}

/** The tests that a mutant is tried with: no servers, and nothing that takes more than seconds on a quiet machine. */
export default defineConfig({
  test: {
    include: ['shared/formats/*.test.ts', 'test/hostile/formats/verdicts.test.ts'],
    // It measures time.
    exclude: ['shared/formats/cost.test.ts'],
    sequence: { sequencer: FastFirst },
    testTimeout: 120_000,
  },
});
