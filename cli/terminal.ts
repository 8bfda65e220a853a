/**
 * The one place that prints. Names, keys, messages and what a guest's disk says of itself were written by strangers: a control
 * character in them could move the cursor, change the window's title or forge lines (CWE-150; CVE-2003-0063 and its kin). So every
 * piece of text loses them here, and colours are named by style, never by a caller's escape.
 */
export type Style = 'good' | 'bad' | 'careful' | 'strong' | 'dim';
export type Piece = string | { style: Style; text: string };
export type Line = Piece | readonly Piece[];

export function withStyle(style: Style, text: string): Piece {
  return { style, text };
}

/**
 * Control characters, line and paragraph separators, what turns the direction of writing (CVE-2021-42574), tag characters.
 * Those that part words become a blank, the others vanish.
 */
const unprintable =
  /[\p{Cc}\p{Zl}\p{Zp}\u{61c}\u{200e}\u{200f}\u{202a}-\u{202e}\u{2066}-\u{2069}\u{feff}\u{e0000}-\u{e007f}]/gu;
const parting = /[\t\n\v\f\r\u{85}\u{2028}\u{2029}]/u;

export function printable(text: string): string {
  return text.replaceAll(unprintable, (character) => (parting.test(character) ? ' ' : ''));
}

const codes: Record<Style, number> = { good: 32, bad: 31, careful: 33, strong: 1, dim: 2 };

export function render(line: Line, colours: boolean): string {
  return (Array.isArray(line) ? (line as readonly Piece[]) : [line as Piece])
    .map((piece) => {
      if (typeof piece === 'string') return printable(piece);
      const text = printable(piece.text);
      return colours && text !== '' ? `\u001b[${codes[piece.style]}m${text}\u001b[0m` : text;
    })
    .join('');
}

/** JSON escapes the control characters below U+0020 by itself; the others are escaped too, which changes no value. */
export function renderJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(unprintable, (character) =>
    Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
      .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

type Stream = NodeJS.WriteStream;
/** https://no-color.org: present and not empty. */
function colourful(stream: Stream): boolean {
  return Boolean(stream.isTTY) && !process.env.NO_COLOR;
}

let statusShown = false;
function clearStatus(): void {
  if (statusShown) process.stderr.write('\r\u001b[K');
  statusShown = false;
}

export function printLine(line: Line): void {
  clearStatus();
  process.stdout.write(`${render(line, colourful(process.stdout))}\n`);
}

export function printJson(value: unknown): void {
  clearStatus();
  process.stdout.write(`${renderJson(value)}\n`);
}

/** On stderr: what is no result. */
export function tellLine(line: Line): void {
  clearStatus();
  process.stderr.write(`${render(line, colourful(process.stderr))}\n`);
}

export function tellJson(value: unknown): void {
  clearStatus();
  process.stderr.write(`${renderJson(value)}\n`);
}

/** Whether a line on stderr can be written over. */
export function hasStatusLine(): boolean {
  return Boolean(process.stderr.isTTY);
}

/** Writes the last line of the terminal again; the next print replaces it. Only where hasStatusLine(). */
export function showStatus(text: string): void {
  const columns = process.stderr.columns || 80;
  process.stderr.write(`\r${[...printable(text)].slice(0, columns - 1).join('')}\u001b[K`);
  statusShown = true;
}

/** `bootready list | head` closes the pipe early; that is no error. */
export function endQuietlyOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit();
    });
  }
}
