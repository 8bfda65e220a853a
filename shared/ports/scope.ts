/** Whose rows are seen: those of one project and what others let it see, or, for administrators, everyone's. */
export type Scope = { projectId: string } | 'everything';

/** All that `work` does, and whatever results from it later, is done in the scope. Outside of any, stores behind it find nothing. */
export type WithinScope = <T>(scope: Scope, work: () => T) => T;
