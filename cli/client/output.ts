import { type Line, printJson, printLine, tellLine } from '../terminal.ts';

/** Every command knows it. */
export type OutputOptions = { json?: boolean | undefined };

/** The result on stdout: one JSON document, or lines for people. */
export function printResult(value: unknown, lines: () => readonly Line[], { json }: OutputOptions): void {
  if (json) {
    printJson(value);
    return;
  }
  for (const line of lines()) printLine(line);
}

/** On stderr, what goes on; nothing with --json, where stderr has errors only. */
export function tell(line: Line, { json }: OutputOptions): void {
  if (!json) tellLine(line);
}
