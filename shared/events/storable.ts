/** Names that senders give the secret in each record; it is not kept with the record. */
const secretFields = new Set(['opaquedata']);

/** Whether Postgres can keep it: it has no text with a zero byte or half a character. https://www.postgresql.org/docs/current/datatype-character.html */
export function isStorableText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** JSON that Postgres can store, without secrets. Characters that Postgres cannot store become U+FFFD. It nests no deeper than the original body. */
export function storableJson(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(storableJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !secretFields.has(name.toLowerCase()))
      .map(([name, each]) => [storableText(name), storableJson(each)]),
  );
}

function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\u{fffd}');
}
