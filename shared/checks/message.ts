import { IntlMessageFormat } from 'intl-messageformat';
import { formatBytes } from '../text/quantities.ts';
import type { Language } from './text.ts';

export type Params = Readonly<Record<string, string | number>>;

type Element = {
  readonly type: number;
  readonly value?: unknown;
  readonly options?: Record<string, { value: Element[] }>;
};
type Message = { readonly format: IntlMessageFormat; readonly names: readonly string[] };

/** Types of an element that name an argument: all but literal (0), `#` (7) and tag (8) of @formatjs/icu-messageformat-parser. */
function namesIn(elements: readonly Element[]): string[] {
  return elements.flatMap(({ type, value, options = {} }) => [
    ...(type >= 1 && type <= 6 ? [String(value)] : []),
    ...Object.values(options).flatMap((option) => namesIn(option.value)),
  ]);
}

function numbersIn(language: Language, options?: Intl.NumberFormatOptions): Intl.NumberFormat {
  return options?.unit === 'byte'
    ? ({
        format: (value: unknown) => (typeof value === 'number' ? formatBytes(value, language) : String(value)),
      } as Intl.NumberFormat)
    : new Intl.NumberFormat(language, options);
}

function parse(text: string, language: Language): Message {
  const format = new IntlMessageFormat(
    text,
    language,
    { number: { bytes: { style: 'unit', unit: 'byte' } } },
    {
      ignoreTag: true,
      formatters: {
        getNumberFormat: (_, options) => numbersIn(language, options),
        getDateTimeFormat: (_, options) => new Intl.DateTimeFormat(language, options),
        getPluralRules: (_, options) => new Intl.PluralRules(language, options),
      },
    },
  );
  return { format, names: [...new Set(namesIn(format.getAst() as Element[]))] };
}

const parsed: Readonly<Record<Language, Map<string, Message>>> = { en: new Map(), de: new Map() };

/** Only for our own texts, because each parsed text is kept. */
function readMessage(text: string, language: Language): Message {
  const known = parsed[language].get(text);
  if (known) return known;
  const message = parse(text, language);
  parsed[language].set(text, message);
  return message;
}

/** Names of the params that a text mentions. Throws where the text is no ICU message. */
export function readParams(text: string): string[] {
  return readMessage(text, 'en').names.toSorted();
}

/**
 * Fills in a text of the portal, the catalogue or a remedy. These are ICU messages: `{name}`, `{size, number, bytes}` for an amount in the unit that people
 * use, `{count, plural, one {# check} other {# checks}}`. A param that is missing shows as `{name}`, because kept reports are older than the texts.
 */
export function formatMessage(text: string, language: Language, params: Params = {}): string {
  const { format, names } = readMessage(text, language);
  return String(format.format({ ...Object.fromEntries(names.map((name) => [name, `{${name}}`])), ...params }));
}
