/** Parts of JSON Schemas (draft 4) as Glance writes them: its clients build their models and command options of them. */
export type Schema = Readonly<Record<string, unknown>>;

export const text = (description: string, more: Schema = {}): Schema => ({ type: 'string', description, ...more });
export const textOrNull = (description: string, more: Schema = {}): Schema => ({
  type: ['null', 'string'],
  description,
  ...more,
});
export const textLine = { type: 'string' } as const;
export const readOnly = { readOnly: true } as const;
export const uuid = {
  pattern: '^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$',
} as const;

const describedBy = { rel: 'describedby', href: '{schema}' } as const;

/** A page of a list: `entries` is what stands under its name. */
export const page = (name: string, entries: Schema, more: Schema = {}): Schema => ({
  name,
  properties: { [name]: entries, first: textLine, next: textLine, schema: textLine },
  links: [{ rel: 'first', href: '{first}' }, { rel: 'next', href: '{next}' }, describedBy],
  ...more,
});

export const makeList = (items: Schema): Schema => ({ type: 'array', items });

/** As `page`; of members and tasks Glance's schema does not tell that they come in pages. */
export const wholeList = (name: string, items: Schema): Schema => ({
  name,
  properties: { [name]: makeList(items), schema: textLine },
  links: [describedBy],
});
