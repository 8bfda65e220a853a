/** Kinds of processes of an installation, each with rights of its own in the database and in the store. */
export const processRoles = ['api', 'worker', 'queues'] as const;
export type ProcessRole = (typeof processRoles)[number];

/**
 * Options of Node for each process. V8 takes its limits from the memory of the machine: with 24 GiB it keeps garbage until the heap has hundreds of MiB. An API
 * process may hold only a limited amount (request-limits.ts), and a worker holds no image (bytes are in buffers, outside of the heap). Both fit into these
 * limits easily. Sizes in MiB; https://nodejs.org/api/cli.html#useful-v8-options
 */
export const heapOptions: Readonly<Record<ProcessRole, readonly string[]>> = {
  api: ['--max-semi-space-size=8', '--max-old-space-size=176'],
  worker: ['--max-semi-space-size=8', '--max-old-space-size=320'],
  queues: ['--max-semi-space-size=8', '--max-old-space-size=320'],
};

const malloc = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '32768',
  MALLOC_TRIM_THRESHOLD_: '131072',
} as const;

/**
 * Variables that each process must have in its environment when it starts (mallopt(3)). By default glibc keeps freed buffers of up to 32 MiB for later, in a
 * pool for each thread. Between two images a worker had 370 MiB; with this it has 250. The buffers of an API process are smaller: bodies, and answers of
 * Postgres, in pieces from 8 KiB on. From a pool with others in between they do not go back, and the process grew from storm to storm (test/bench/api-storm.ts).
 */
export const mallocEnvironment = {
  api: { ...malloc, MALLOC_MMAP_THRESHOLD_: '8192' },
  worker: malloc,
  queues: malloc,
} as const satisfies Readonly<Record<ProcessRole, Readonly<Record<string, string>>>>;
