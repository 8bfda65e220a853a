/** Kinds of processes of an installation, each with rights of its own in the database and in the store. */
export const processRoles = ['api', 'worker', 'queues'] as const;
export type ProcessRole = (typeof processRoles)[number];

/**
 * Options of Node that an API process is started with. V8 takes its bounds from the memory of the machine: with 24 GiB it lets garbage lie until the
 * heap has hundreds of MiB. What the process may really hold is bounded (request-limits.ts) and fits into this with room to spare. Sizes in MiB;
 * https://nodejs.org/api/cli.html#useful-v8-options
 */
export const apiHeapOptions = ['--max-semi-space-size=8', '--max-old-space-size=320'] as const;
