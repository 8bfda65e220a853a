/** Insertions, removals, changes and swaps of neighbours between two words (optimal string alignment). */
function countEdits(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = [...Array(b.length + 1).keys()];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let edits = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        edits = Math.min(edits, (beforeLast[j - 2] ?? 0) + 1);
      row.push(edits);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** The word that was probably meant: a slip in up to every third letter, or its beginning. */
export function findSimilar(word: string, known: readonly string[]): string | undefined {
  const close = known
    .map((each) => ({ each, edits: countEdits(word, each) }))
    .filter(({ each, edits }) => edits <= Math.floor(each.length / 3) || (word.length > 2 && each.startsWith(word)))
    .toSorted((a, b) => a.edits - b.edits);
  return close[0]?.each;
}
