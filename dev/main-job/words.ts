/** One line of a step; the names stand below each other. */
export function stepLine(step: string, words: string): string {
  return `  ${step.padEnd(11)} ${words}`;
}

export function size(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(2)} GB`;
  return bytes >= 1e6 ? `${(bytes / 1e6).toFixed(0)} MB` : `${(bytes / 1e3).toFixed(0)} kB`;
}
