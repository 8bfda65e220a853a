/** The rows that a caller sees: those of one project and the rows that others share with it, or, for administrators, all rows. */
export type Scope = { projectId: string } | 'everything';

/** All that `work` does, and whatever results from it later, is done in the scope. Outside of any, stores behind it find nothing. */
export type WithinScope = <T>(scope: Scope, work: () => T) => T;

/**
 * All that `work` reads, it reads as it was at one moment, so that no answer contradicts itself. It only reads, in the scope in which this is called, and
 * holds one connection until it has ended.
 */
export type WithinSnapshot = <T>(work: () => Promise<T>) => Promise<T>;
