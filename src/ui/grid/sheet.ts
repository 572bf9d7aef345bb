/** Where things lie in the picture of a grid: cells, and what stands beside and above them. */
import type { Rect, Size } from '../../canvas/crop';

/** What is written beside the columns, the rows and the sheets; an axis that is not used has one empty text. */
export interface Labels {
  readonly x: readonly string[];
  readonly y: readonly string[];
  readonly z: readonly string[];
}

/** How wide a text is, in pixels of a letter's height. */
export type Measure = (text: string) => number;

/** A text in lines, and the room it is centred in. */
export interface Label extends Rect {
  readonly lines: readonly string[];
}

export interface Sheet extends Size {
  /** What pictures are scaled by, where the whole would be too large: 1 for most. */
  readonly scale: number;
  /** The height of letters, and of a line of them, in pixels. */
  readonly letter: number;
  readonly line: number;
  readonly labels: readonly Label[];
  readonly cellAt: (x: number, y: number, z: number) => Rect;
}

/** The longest side of a canvas that all browsers have; and a picture that is opened elsewhere without trouble. */
const LONGEST = 16_384;
const MOST_PIXELS = 2 ** 25;

/** A1111's gap is none; this much tells pictures with flat edges apart. */
const GAP = 2;

/** @param cell the largest picture. */
export function sheetOf(labels: Labels, cell: Size, measure: Measure): Sheet {
  let scale = 1;
  for (;;) {
    const sheet = laidOut(labels, cell, scale, measure);
    const least = Math.max(
      sheet.width / LONGEST,
      sheet.height / LONGEST,
      Math.sqrt((sheet.width * sheet.height) / MOST_PIXELS),
    );
    if (least <= 1) return sheet;
    // Labels do not shrink quite as pictures do: a little less, and look again.
    scale *= 0.99 / least;
  }
}

function laidOut({ x, y, z }: Labels, cell: Size, scale: number, measure: Measure): Sheet {
  const width = Math.max(1, Math.round(cell.width * scale));
  const height = Math.max(1, Math.round(cell.height * scale));
  const letter = Math.max(11, Math.round((width + height) / 28));
  const line = Math.round(letter * 1.3);
  const wrap = (text: string, room: number): string[] => wrapped(text, Math.max(1, room / letter), measure);
  const blockOf = (lines: readonly (readonly string[])[]): number => {
    const most = Math.max(0, ...lines.map(({ length }) => length));
    return most === 0 ? 0 : most * line + letter;
  };

  const widest = Math.max(0, ...y.map((text) => measure(text) * letter));
  const side = widest === 0 ? 0 : Math.ceil(Math.min(widest, width * 0.75)) + letter * 2;
  const rows = y.map((text) => wrap(text, side - letter * 2));
  const columns = x.map((text) => wrap(text, width - letter));
  const head = blockOf(columns);
  const gridWidth = x.length * (width + GAP) - GAP;
  // A text beside a low row may be higher than the row.
  const rowHeight = Math.max(height, blockOf(rows));
  const gridHeight = y.length * (rowHeight + GAP) - GAP;
  const titles = z.map((text) => wrap(text, side + gridWidth - letter));
  const title = blockOf(titles);
  const sheetHeight = title + head + gridHeight + (z.length > 1 ? letter : 0);

  const top = (k: number): number => k * sheetHeight;
  const cellAt = (i: number, j: number, k: number): Rect => ({
    x: side + i * (width + GAP),
    y: top(k) + title + head + j * (rowHeight + GAP) + Math.floor((rowHeight - height) / 2),
    width,
    height,
  });
  const all = z.flatMap((_, k): Label[] => [
    { lines: titles[k]!, x: 0, y: top(k), width: side + gridWidth, height: title },
    ...columns.map((lines, i) => ({
      ...{ lines, x: side + i * (width + GAP), y: top(k) + title, width, height: head },
    })),
    ...rows.map((lines, j) => ({
      ...{ lines, x: 0, y: cellAt(0, j, k).y, width: side, height },
    })),
  ]);
  return {
    width: side + gridWidth,
    height: z.length * sheetHeight - (z.length > 1 ? letter : 0),
    ...{ scale, letter, line, cellAt },
    labels: all.filter(({ lines }) => lines.length > 0),
  };
}

/** In lines of at most this width; between words where that goes, else between letters. Nothing has no line. */
export function wrapped(text: string, room: number, measure: Measure): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (measure(longer) <= room) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = '';
    for (const letter of word) {
      if (line !== '' && measure(line + letter) > room) {
        lines.push(line);
        line = '';
      }
      line += letter;
    }
  }
  return line === '' ? lines : [...lines, line];
}

/** The largest size in which a picture lies whole in a cell, in its middle. */
export function inCell(picture: Size, cell: Rect, scale: number): Rect {
  const width = Math.min(cell.width, Math.round(picture.width * scale));
  const height = Math.min(cell.height, Math.round(picture.height * scale));
  return {
    x: cell.x + Math.floor((cell.width - width) / 2),
    y: cell.y + Math.floor((cell.height - height) / 2),
    width,
    height,
  };
}
