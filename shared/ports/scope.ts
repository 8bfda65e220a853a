/** The rows that a caller sees: those of one project and the rows that others share with it, or, for administrators, all rows. */
export type Scope = { projectId: string } | 'everything';

/** All that `work` does, and whatever results from it later, is done in the scope. Outside of any, stores behind it find nothing. */
export type WithinScope = <T>(scope: Scope, work: () => T) => T;
