/** The layout of the album's grid: rows of square cards under headings, of which only those in view are rendered. */

/** A heading, or the cards from `from` to before `to`. Heights are in CSS pixels from the grid's top. */
export interface Line {
  readonly kind: 'heading' | 'cards';
  readonly top: number;
  readonly height: number;
  /** Index of the group. */
  readonly group: number;
  readonly from: number;
  readonly to: number;
}

export interface Rows {
  readonly lines: readonly Line[];
  readonly columns: number;
  /** Side of a card, in CSS pixels. */
  readonly side: number;
  readonly height: number;
}

/** Measures of a grid, in CSS pixels. */
export interface Measures {
  /** The least side of a card, unless two such cards do not fit. */
  readonly least: number;
  readonly gap: number;
  readonly heading: number;
}

/**
 * Lays out cards in a grid of this width.
 * @param counts of the groups, each with a heading and lines of its own.
 */
export function rowsOf(counts: readonly number[], width: number, { least, gap, heading }: Measures): Rows {
  const columns = Math.max(Math.floor((width + gap) / (least + gap)), 2);
  const side = Math.max((width - gap * (columns - 1)) / columns, 1);
  const lines: Line[] = [];
  let top = 0;
  let from = 0;
  for (const [group, count] of counts.entries()) {
    const end = from + count;
    lines.push({ kind: 'heading', top, height: heading, group, from, to: end });
    top += heading;
    for (; from < end; from += columns) {
      lines.push({ kind: 'cards', top, height: side, group, from, to: Math.min(from + columns, end) });
      top += side + gap;
    }
    from = end;
  }
  return { lines, columns, side, height: top };
}

/** The lines that are at least partly between two heights. */
export function linesBetween({ lines }: Rows, top: number, bottom: number): readonly Line[] {
  const first = firstWhere(lines, (line) => line.top + line.height > top);
  const end = firstWhere(lines, (line) => line.top >= bottom);
  return lines.slice(first, Math.max(first, end));
}

/** The line that a card lies in. */
export const lineOf = ({ lines }: Rows, card: number): Line | undefined =>
  lines[firstWhere(lines, ({ kind, from, to }) => (kind === 'cards' ? to : from) > card)];

/** The card that a key leads to from card `at`; null for other keys. @param page height of the visible part. */
export function cardBy(key: string, at: number, rows: Rows, page: number): number | null {
  const last = (rows.lines.at(-1)?.to ?? 0) - 1;
  if (last < 0) return null;
  switch (key) {
    case 'ArrowLeft':
      return Math.max(at - 1, 0);
    case 'ArrowRight':
      return Math.min(at + 1, last);
    case 'Home':
      return 0;
    case 'End':
      return last;
    case 'ArrowUp':
      return linesOn(-1, at, rows);
    case 'ArrowDown':
      return linesOn(1, at, rows);
    case 'PageUp':
    case 'PageDown': {
      const lines = Math.max(Math.floor(page / (rows.side + 1)), 1);
      return linesOn(key === 'PageUp' ? -lines : lines, at, rows);
    }
    default:
      return null;
  }
}

/** The card some lines further on, in the same column, or the last one of that line. */
function linesOn(by: number, at: number, rows: Rows): number {
  const lines = rows.lines.filter(({ kind }) => kind === 'cards');
  const now = lines.findIndex(({ to }) => to > at);
  const line = lines[Math.min(Math.max(now + by, 0), lines.length - 1)]!; // there are some
  return Math.min(line.from + at - lines[now]!.from, line.to - 1);
}

/** Index of the first line for which `holds` is true, by bisection: it is true for all lines after that. */
function firstWhere(lines: readonly Line[], holds: (line: Line) => boolean): number {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(lines[middle]!)) high = middle; // between two that are there
    else low = middle + 1;
  }
  return low;
}
