/** Lines of a terminal: coloured pieces of text that know their width. */

export type Paint = 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan';
export type Piece = string | readonly [text: string, paint: Paint];
export type Line = readonly Piece[];

const SGR: Readonly<Record<Paint, string>> = { bold: '1', dim: '2', green: '32', red: '31', yellow: '33', cyan: '36' };

/** Control characters out of what venues and people wrote: a terminal must not obey them. */
const clean = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ');

const textOf = (piece: Piece): string => (typeof piece === 'string' ? piece : piece[0]);

/** Characters, which all are one column wide here: wide ones are replaced, so that no line wraps. */
const oneColumn = (text: string): string =>
  clean(text).replace(
    /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}|[\u{10000}-\u{10ffff}]|\p{M}/gu,
    '?',
  );

/** The line as text, at most `columns` wide, an ellipsis where it was cut. */
export function renderLine(line: Line, columns: number, color: boolean): string {
  const pieces = line.map((piece) => ({
    text: oneColumn(textOf(piece)),
    paint: typeof piece === 'string' ? undefined : piece[1],
  }));
  const isCut = pieces.reduce((sum, { text }) => sum + text.length, 0) > columns;
  let left = isCut ? columns - 1 : columns;
  let out = '';
  for (const { text, paint } of pieces) {
    const shown = text.slice(0, Math.max(0, left));
    left -= shown.length;
    if (shown !== '') out += paint !== undefined && color ? `\x1b[${SGR[paint]}m${shown}\x1b[0m` : shown;
  }
  return isCut && columns > 0 ? `${out}…` : out;
}

export interface Column {
  readonly name: string;
  readonly right?: boolean;
  /** Kept at least so wide, so that a panel does not jump. */
  readonly min?: number;
}

/** Rows under their heads, every column as wide as its widest cell. */
export function table(columns: readonly Column[], rows: readonly (readonly Piece[])[]): Line[] {
  const widths = columns.map(({ name, min = 0 }, index) =>
    Math.max(min, name.length, ...rows.map((row) => oneColumn(textOf(row[index] ?? '')).length)),
  );
  const lay = (cells: readonly Piece[]): Line =>
    columns.flatMap(({ right }, index): Piece[] => {
      const cell = cells[index] ?? '';
      const text = oneColumn(textOf(cell));
      const gap = ' '.repeat((widths[index] ?? 0) - text.length);
      const shown: Piece = typeof cell === 'string' ? text : [text, cell[1]];
      const isLast = index === columns.length - 1;
      const padded = right === true ? [gap, shown] : isLast ? [shown] : [shown, gap];
      return index === 0 ? padded : ['  ', ...padded];
    });
  return [lay(columns.map(({ name }): Piece => [name, 'dim'])), ...rows.map(lay)];
}
