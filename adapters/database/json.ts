/** A value for a column of json: pg would write an array as one of Postgres' own. https://node-postgres.com/features/types */
export function json(value: unknown): never {
  return JSON.stringify(value) as never;
}
