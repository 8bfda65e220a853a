/** Where requests are counted for all API processes together: a connection that fails at once and never waits. `ready`: it counts. */
export type RateCounters = { readonly status: string };
