/** Kinds of processes of an installation, each with rights of its own in the database and in the store. */
export const processRoles = ['api', 'worker', 'queues'] as const;
export type ProcessRole = (typeof processRoles)[number];

/**
 * Options of Node that each process is started with. V8 takes its bounds from the memory of the machine: with 24 GiB it lets garbage lie until the
 * heap has hundreds of MiB. What an API process may really hold is bounded (request-limits.ts), and a worker holds no image (bytes are in buffers, outside
 * of the heap); both fit into this with room to spare. Sizes in MiB; https://nodejs.org/api/cli.html#useful-v8-options
 */
export const heapOptions: Readonly<Record<ProcessRole, readonly string[]>> = {
  api: ['--max-semi-space-size=8', '--max-old-space-size=320'],
  worker: ['--max-semi-space-size=8', '--max-old-space-size=320'],
  queues: ['--max-semi-space-size=8', '--max-old-space-size=320'],
};

/**
 * What each process must find in its environment when it starts (mallopt(3)). By default glibc keeps freed buffers of up to 32 MiB for later, in a pool for
 * each thread: a worker had 370 MiB between two images, and has 250 with this.
 */
export const mallocEnvironment = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '65536',
  MALLOC_TRIM_THRESHOLD_: '131072',
} as const;
