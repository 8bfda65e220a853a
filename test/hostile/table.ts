/** What a run of many hostile inputs came to, by kind: printed at the end, and what docs/security.md is made from. */
export type Tally<Column extends string> = {
  add(kind: string, column: Column, count?: number): void;
  of(kind: string, column: Column): number;
  total(column: Column): number;
  print(title: string): void;
};

export function makeTally<Column extends string>(columns: readonly Column[]): Tally<Column> {
  const rows = new Map<string, Map<Column, number>>();
  const of = (kind: string, column: Column): number => rows.get(kind)?.get(column) ?? 0;
  return {
    of,
    add: (kind, column, count = 1) => {
      const row = rows.get(kind) ?? new Map<Column, number>();
      rows.set(kind, row.set(column, (row.get(column) ?? 0) + count));
    },
    total: (column) => [...rows.keys()].reduce((sum, kind) => sum + of(kind, column), 0),
    print: (title) => {
      const lines = [...rows.keys()].map((kind) => [kind, ...columns.map((column) => of(kind, column))].join(' | '));
      process.stdout.write(`\n${title}\n${[['kind', ...columns].join(' | '), ...lines].join('\n')}\n`);
    },
  };
}
