/** A value for a column of json: pg would write an array as one of Postgres' own. https://node-postgres.com/features/types */
export const json = (value: unknown): never => JSON.stringify(value) as never;
