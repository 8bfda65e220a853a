/** Kinds of processes of an installation, each with rights of its own in the database and in the store. */
export const processRoles = ['api', 'worker', 'queues'] as const;
export type ProcessRole = (typeof processRoles)[number];
