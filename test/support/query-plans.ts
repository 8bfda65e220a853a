import pg from 'pg';

/** A node of what EXPLAIN (format json) says. */
export type PlanNode = {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  Plans?: PlanNode[];
};

export type WatchedQuery = { text: string; plan: PlanNode; asText: string };

const isRead = /^\s*(select|with|\()/i;

/**
 * How Postgres answers each query that is asked during the work: planned again right behind it, in the same transaction and as the same role, so with the same
 * policies. Of every client in this process: one piece of work at a time.
 * @param options of EXPLAIN, for people
 */
export async function collectPlans(work: () => Promise<unknown>, options = ''): Promise<WatchedQuery[]> {
  const { prototype } = pg.Client;
  const { query } = prototype;
  const ask = query as unknown as (this: pg.Client, text: unknown, values?: unknown) => Promise<pg.QueryResult>;
  const watched: WatchedQuery[] = [];
  prototype.query = async function (this: pg.Client, text: unknown, values?: unknown[]) {
    const result = await ask.call(this, text, values);
    if (typeof text === 'string' && isRead.test(text)) {
      const explain = (how: string) => ask.call(this, `explain (${how}) ${text}`, values);
      const { rows } = await explain('format json');
      const [{ Plan: plan }] = (rows[0] as { 'QUERY PLAN': [{ Plan: PlanNode }] })['QUERY PLAN'];
      const asText = options
        ? (await explain(options)).rows.map((row: { 'QUERY PLAN': string }) => row['QUERY PLAN']).join('\n')
        : '';
      watched.push({ text, plan, asText });
    }
    return result;
  } as never;
  try {
    await work();
  } finally {
    prototype.query = query;
  }
  return watched;
}

export function listNodes(plan: PlanNode): PlanNode[] {
  return [plan, ...(plan.Plans ?? []).flatMap(listNodes)];
}
