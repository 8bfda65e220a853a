/** A line of the editor. `id` is the line's own: names change while one types. */
export type Property = { id: string; name: string; value: string };

type Properties = Readonly<Record<string, string>>;

export function listProperties(properties: Properties): Property[] {
  return Object.entries(properties)
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([name, value]) => ({ id: name, name, value }));
}

/** Every line has a name, and no name occurs twice. */
export function isComplete(lines: readonly Property[]): boolean {
  const names = lines.map(({ name }) => name.trim());
  return names.every((name) => name !== '') && new Set(names).size === names.length;
}

/** The request for the API: only the differences from the current properties; null removes one. */
export function toChanges(before: Properties, lines: readonly Property[]): Record<string, string | null> {
  const after = new Map(lines.map(({ name, value }) => [name.trim(), value]));
  const removed = Object.keys(before).filter((name) => !after.has(name));
  return Object.fromEntries([
    ...removed.map((name) => [name, null] as const),
    ...[...after].filter(([name, value]) => before[name] !== value),
  ]);
}

/** Tags as people write them: with commas between, each once. */
export function splitTags(text: string): string[] {
  const tags = text.split(',').map((tag) => tag.trim());
  return [...new Set(tags.filter((tag) => tag !== ''))];
}
