export type Language = 'en' | 'de';
export type Text = Readonly<Record<Language, string>>;
