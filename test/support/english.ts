import { eld } from 'eld/small';

eld.setLanguageSubset(['de', 'en']);

/** Words that no German sentence has. One is enough: "Warning alert:" holds no more. */
const englishWords = new Set(
  (
    'the and of is are were been with from this that these those which what when where who why how cannot not no has have had will would ' +
    'you your its it they them there here by for or but than then into onto about above below before after again already always ' +
    'success danger warning alert error failed failure close toggle loading selected select more less next previous items item ' +
    'added removed changed created deleted unknown empty invalid missing required allowed done running waiting stopped ' +
    'without known any every each send use give try other another only also still yet structure'
  ).split(' '),
);

/** Texts that stay as they are in every language: quotations, commands, paths, names of variables, versions and identifiers. */
function withoutNames(text: string): string {
  return text
    .replace(/„[^“]*“|"[^"]*"/g, ' ')
    .replace(/\([^()]*\)/g, (inner) => (/[a-z] -|[=/_]/.test(inner) ? ' ' : inner))
    .replace(/\S*[/\\_=@<>{}|.:]\S+|\S*\d\S*|--\S+|\p{L}+-(?!only)\p{Ll}\S*|\bhost-only\b/gu, ' ')
    .replace(/\b[A-Z][a-z]+[A-Z]\w* (?:no|yes)\b/g, ' ')
    .replace(/\b[A-Z][A-Z_]+\b/g, ' ');
}

/** Why a text is not German, or undefined. */
export function findEnglish(text: string): string | undefined {
  const plain = withoutNames(text);
  const words = plain.toLowerCase().match(/\p{L}+/gu) ?? [];
  const word = words.find((each) => englishWords.has(each));
  if (word !== undefined) return `"${word}" in: ${text}`;
  // The detector knows sentences, not labels of two words.
  if (words.length < 5) return undefined;
  const guess = eld.detect(plain);
  return guess.language === 'en' && guess.isReliable() ? `reads as English: ${text}` : undefined;
}
