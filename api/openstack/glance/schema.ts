/** Parts of JSON Schemas (draft 4) as Glance writes them: its clients build their models and command options of them. */
export type Schema = Readonly<Record<string, unknown>>;

export function text(description: string, more: Schema = {}): Schema {
  return { type: 'string', description, ...more };
}
export function textOrNull(description: string, more: Schema = {}): Schema {
  return {
    type: ['null', 'string'],
    description,
    ...more,
  };
}
export const textLine = { type: 'string' } as const;
export const readOnly = { readOnly: true } as const;
export const uuid = {
  pattern: '^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$',
} as const;

const describedBy = { rel: 'describedby', href: '{schema}' } as const;

/** A page of a list: `entries` is the schema of the list itself. */
export function page(name: string, entries: Schema, more: Schema = {}): Schema {
  return {
    name,
    properties: { [name]: entries, first: textLine, next: textLine, schema: textLine },
    links: [{ rel: 'first', href: '{first}' }, { rel: 'next', href: '{next}' }, describedBy],
    ...more,
  };
}

export function makeList(items: Schema): Schema {
  return { type: 'array', items };
}

/** As `page`. Glance's schema does not show that members and tasks come in pages. */
export function wholeList(name: string, items: Schema): Schema {
  return {
    name,
    properties: { [name]: makeList(items), schema: textLine },
    links: [describedBy],
  };
}
