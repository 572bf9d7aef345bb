/** Draws a grid: labels on a canvas, and between them the pictures, byte for byte. */
import type { Rect, Size } from '../../canvas/crop';
import type { Pixels } from '../../canvas/pixels';
import { canvas, decode, resampled, wholeOf, wholePixels, type Encoded } from '../files/decode';
import type { Cell } from './plan';
import { inCell, sheetOf, type Labels, type Sheet } from './sheet';

/** A picture of the grid, and where it belongs. */
export interface Drawn {
  readonly at: Cell['at'];
  readonly picture: Encoded & Size;
}

const FONT = 'system-ui, sans-serif';
const PAPER = '#ffffff';
const INK = '#1c1a18';
/** Fills the cell of a missing picture. */
const MISSING = '#e4e0da';

/** @throws DrobeError 'out-of-memory' where the browser has no canvas so large */
export async function drawGrid(labels: Labels, cells: readonly Drawn[]): Promise<Pixels> {
  const largest = {
    width: Math.max(1, ...cells.map(({ picture }) => picture.width)),
    height: Math.max(1, ...cells.map(({ picture }) => picture.height)),
  };
  const rule = canvas({ width: 1, height: 1 }, null);
  rule.font = `100px ${FONT}`;
  const sheet = sheetOf(labels, largest, (text) => rule.measureText(text).width / 100);
  const pixels = withLabels(sheet, labels);
  for (const { at, picture } of cells) {
    const place = inCell(picture, sheet.cellAt(...at), sheet.scale);
    copy(await scaled(picture, place), pixels, place);
  }
  return pixels;
}

/**
 * A picture at the size of its cell. Without scaling it does not pass through a canvas, which premultiplies alpha and may
 * add noise.
 */
async function scaled(picture: Encoded & Size, place: Rect): Promise<Pixels> {
  if (picture.width === place.width && picture.height === place.height) return wholePixels(picture);
  return resampled(await decode(picture), wholeOf(picture), place);
}

function withLabels(sheet: Sheet, labels: Labels): Pixels {
  const { width, height } = sheet;
  const context = canvas(sheet, PAPER);
  context.fillStyle = MISSING;
  for (const [k] of labels.z.entries())
    for (const [j] of labels.y.entries())
      for (const [i] of labels.x.entries()) {
        const cell = sheet.cellAt(i, j, k);
        context.fillRect(cell.x, cell.y, cell.width, cell.height);
      }
  context.fillStyle = INK;
  context.font = `${sheet.letter}px ${FONT}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (const { lines, x, y, width: room, height: tall } of sheet.labels)
    for (const [i, line] of lines.entries())
      context.fillText(line, x + room / 2, y + tall / 2 + (i - (lines.length - 1) / 2) * sheet.line);
  return { width, height, rgba: context.getImageData(0, 0, width, height).data };
}

function copy(from: Pixels, to: Pixels, { x, y }: Rect): void {
  for (let row = 0; row < from.height; row++) {
    const line = from.rgba.subarray(row * from.width * 4, (row + 1) * from.width * 4);
    to.rgba.set(line, ((y + row) * to.width + x) * 4);
  }
}
