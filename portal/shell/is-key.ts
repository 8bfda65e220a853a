/** Whether a text, of the address for example, is one of the table's own names. `in` would also find names that all objects have ("constructor"). */
export function isKey<Table extends object>(table: Table, text: string | null): text is Extract<keyof Table, string> {
  return text !== null && Object.hasOwn(table, text);
}
