import type { Language, Text } from '../checks/text.ts';
import { describeErrorCode, isErrorCode } from '../error-codes.ts';
import type { Failure } from '../errors.ts';
import { accessSentences } from './access.ts';
import { imageSentences } from './images.ts';
import { limitSentences } from './limits.ts';
import { processingSentences } from './processing.ts';
import { targetSentences } from './targets.ts';
import { transferSentences } from './transfers.ts';

/**
 * Every English sentence of a failure, and the same in German. Errors are thrown, stored and passed through Temporal in English,
 * so they are recognised here by their fixed parts: `{name}` matches any text. A test reads the code and finds sentences without German.
 */
export const sentences: readonly Text[] = [
  ...accessSentences,
  ...imageSentences,
  ...transferSentences,
  ...targetSentences,
  ...processingSentences,
  ...limitSentences,
];

export type FailureView = { readonly code: string; readonly message: string; readonly remedy?: string | undefined };
type Pattern = { readonly pieces: readonly string[]; readonly names: readonly string[]; readonly de: string };

function toPattern({ en, de }: Text): Pattern {
  const parts = en.split(/\{(\w+)\}/);
  return {
    pieces: parts.filter((_, index) => index % 2 === 0),
    names: parts.filter((_, index) => index % 2 === 1),
    de,
  };
}

const fixed = new Map(sentences.map(({ en, de }) => [en, de]));
/** Those with the most fixed text first, because they say the most. */
const patterns = sentences
  .filter(({ en }) => en.includes('{'))
  .map(toPattern)
  .sort((a, b) => b.pieces.join('').length - a.pieces.join('').length);

/** The texts in the place of each name; undefined if the pattern does not fit. Linear in the sentence, which may hold foreign text. */
function readValues({ pieces, names }: Pattern, sentence: string): Map<string, string> | undefined {
  const [first = '', ...rest] = pieces;
  const last = rest.pop() ?? '';
  if (!sentence.startsWith(first) || !sentence.endsWith(last)) return undefined;
  const end = sentence.length - last.length;
  const values: string[] = [];
  let from = first.length;
  for (const piece of rest) {
    const at = sentence.indexOf(piece, from);
    if (at < 0) return undefined;
    values.push(sentence.slice(from, at));
    from = at + piece.length;
  }
  if (from > end) return undefined;
  values.push(sentence.slice(from, end));
  return new Map(names.map((name, index) => [name, values[index] ?? '']));
}

/** A part of a sentence may be an amount, or a sentence of ours itself. */
function translatePart(part: string, depth: number): string {
  if (/^\d+\.\d [KMGTP]iB$/.test(part)) return part.replace('.', ',');
  return (depth < 2 ? findGerman(part, depth + 1) : undefined) ?? part;
}

/** A sentence that begins with a filled-in text begins with one word (a host, a command) or with words of ours; else it is not that sentence. */
function beginsElsewhere({ pieces, names }: Pattern, values: Map<string, string>, depth: number): boolean {
  const first = values.get(names[0] ?? '') ?? '';
  return pieces[0] === '' && first.includes(' ') && translatePart(first, depth) === first;
}

function findGerman(sentence: string, depth = 0): string | undefined {
  const known = fixed.get(sentence);
  if (known !== undefined) return known;
  for (const pattern of patterns) {
    const values = readValues(pattern, sentence);
    if (values && !beginsElsewhere(pattern, values, depth))
      return pattern.de.replace(/\{(\w+)\}/g, (_, name) => translatePart(values.get(name) ?? '', depth));
  }
  return undefined;
}

/** One of our English sentences in another language; undefined if we do not know it. */
export function translateSentence(sentence: string, language: Language): string | undefined {
  return language === 'en' ? sentence : findGerman(sentence);
}

/** A line about a change that a repair made. The system that was repaired may have printed it, so an unknown line stays as it is. */
export function translateChange(line: string, language: Language): string {
  return translateSentence(line, language) ?? line;
}

/** A failure in the language of its reader. Unknown sentences are quoted, behind the words for its code. */
export function translateFailure(failure: FailureView, language: Language): Failure {
  const { code, message, remedy } = failure;
  if (language === 'en') return { code, message, ...(remedy ? { remedy } : {}) };
  const { title, advice } = describeErrorCode(isErrorCode(code) ? code : 'internal').de;
  const known = findGerman(message);
  const todo = remedy ? (findGerman(remedy) ?? `„${remedy}“`) : known === undefined ? advice : undefined;
  return { code, message: known ?? `${title} (Meldung: „${message}“)`, ...(todo ? { remedy: todo } : {}) };
}
