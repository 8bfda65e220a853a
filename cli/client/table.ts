import { type Line, type Piece, printable, withStyle } from '../terminal.ts';

export type Cell = Piece;

function toText(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}
function measureWidth(text: string): number {
  return [...printable(text)].length;
}

function cut(text: string, width: number): string {
  const characters = [...printable(text)];
  return characters.length <= width ? characters.join('') : `${characters.slice(0, width - 1).join('')}…`;
}

/** Columns as wide as their widest cell, at most `widest`; the last one is not cut, so that ids can be copied. */
export function table(heads: readonly string[], rows: readonly (readonly Cell[])[], widest = 40): Line[] {
  const last = heads.length - 1;
  const fit = (cell: Cell, column: number): Cell => {
    const text = column === last ? printable(toText(cell)) : cut(toText(cell), widest);
    return typeof cell === 'string' ? text : withStyle(cell.style, text);
  };
  const all = [heads.map((head) => withStyle('dim', head)), ...rows].map((cells) => cells.map(fit));
  const widths = heads.map((_, column) => Math.max(...all.map((cells) => measureWidth(toText(cells[column] ?? '')))));
  return all.map((cells) =>
    cells.flatMap((cell, column) => [
      cell,
      column === last ? '' : ' '.repeat((widths[column] ?? 0) - measureWidth(toText(cell)) + 2),
    ]),
  );
}
