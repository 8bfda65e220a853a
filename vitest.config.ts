import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const product = '{shared,workflows,workers,adapters,api,cli,portal,dev}';

const withoutServers = ['bent-texts', 'flipped', 'owners', 'proofs'].map((name) => `test/hostile/${name}.test.ts`);
/** Minutes each: `npm run test:hostile` alone runs them. */
const slow = 'test/hostile/{filesystems,boot}/*.test.ts';

/** Files at once. Each has a database, namespace, buckets and processes of its own, and waits much: two are quicker even on two cores. */
const maxWorkers = Math.max(2, availableParallelism() - 1);

/**
 * unit: no servers. formats: our detector against other readers, no servers. hostile: bent disks and machines in the appliance, minutes, no servers. bench: figures, not tests. integration: real servers, seconds a test. images: whole images through the whole pipeline, minutes. openstack: OpenStack's own judges, minutes. families: many kinds of systems, looked into and started, more than an hour. judges: other programs that look at the same disks, half an hour. containers: Docker's engine, and the package on a Debian, half an hour and root. hosts: network namespaces as hosts, half an hour and root. real-use: uploads of a browser that are many, dropped, interrupted or huge, and two browsers, a quarter of an hour. drill: backup and restore, 20 minutes.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [`${product}/**/*.test.ts`, 'test/*.test.ts', ...withoutServers],
          testTimeout: 60_000,
          maxWorkers,
        },
      },
      {
        test: {
          name: 'formats',
          include: ['test/hostile/formats/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'hostile',
          include: [slow],
          testTimeout: 900_000,
          hookTimeout: 300_000,
          maxWorkers: 1,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/{conformance,integration,hostile,portal}/**/*.test.ts'],
          exclude: ['test/hostile/formats/**', slow, ...withoutServers],
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          maxWorkers,
          expect: { poll: { timeout: 15_000 } },
        },
      },
      {
        test: {
          name: 'openstack',
          include: ['test/openstack/*.test.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 900_000,
          hookTimeout: 900_000,
          maxWorkers: 1,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'families',
          include: ['test/families/*.test.ts'],
          // A boot check of half an hour, and on a busy machine three starts of the appliance.
          testTimeout: 3_000_000,
          hookTimeout: 1_800_000,
          maxWorkers: 1,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'judges',
          include: ['test/judges/*.test.ts'],
          hookTimeout: 1_800_000,
          maxWorkers: 1,
        },
      },
      {
        test: {
          name: 'chart',
          include: ['test/chart/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 1_800_000,
        },
      },
      {
        test: {
          name: 'containers',
          include: ['test/containers/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 3_600_000,
          maxWorkers: 1,
          fileParallelism: false,
          bail: 1,
        },
      },
      {
        test: {
          name: 'hosts',
          include: ['test/hosts/*.test.ts'],
          // Until a worker counts as lost, two minutes go.
          testTimeout: 1_800_000,
          hookTimeout: 600_000,
          maxWorkers: 1,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'drill',
          include: ['test/drill/*.test.ts'],
          testTimeout: 1_800_000,
          hookTimeout: 600_000,
          maxWorkers: 1,
          fileParallelism: false,
          bail: 1,
        },
      },
      {
        test: {
          name: 'bench',
          include: ['test/bench/*.test.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          hookTimeout: 300_000,
          maxWorkers: 1,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'real-use',
          include: ['test/real-use/*.test.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 600_000,
          hookTimeout: 300_000,
          maxWorkers: 1,
          expect: { poll: { timeout: 60_000 } },
        },
      },
      {
        test: {
          name: 'screenshots',
          include: ['test/screenshots/*.test.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 900_000,
          hookTimeout: 300_000,
          maxWorkers: 1,
        },
      },
      {
        test: {
          name: 'images',
          include: ['test/{e2e,faults}/**/*.test.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 900_000,
          hookTimeout: 900_000,
          expect: { poll: { timeout: 60_000 } },
          maxWorkers: 1,
          fileParallelism: false,
          maxConcurrency: 2,
        },
      },
    ],
  },
});
