/** In every language of the portal. */
export type Text = { readonly en: string; readonly de: string };
export type Words = Readonly<Record<string, Text>>;
