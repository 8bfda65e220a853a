const [quote, backslash, openBrace, openBracket, closeBrace, closeBracket] = [...'"\\{[}]'].map((each) =>
  each.charCodeAt(0),
);

/** Counts the nesting levels of JSON, in one pass over the text, whatever it contains. Deep nesting costs far more in code that walks it later. */
export function countLevels(text: string): number {
  let level = 0;
  let deepest = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isInString) {
      if (code === backslash) at++;
      else if (code === quote) isInString = false;
    } else if (code === quote) isInString = true;
    else if (code === openBrace || code === openBracket) deepest = Math.max(deepest, ++level);
    else if (code === closeBrace || code === closeBracket) level--;
  }
  return deepest;
}
