/** One line of a step; the names stand below each other. */
export function stepLine(step: string, words: string): string {
  return `  ${step.padEnd(11)} ${words}`;
}
