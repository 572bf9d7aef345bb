/** Sheets, strokes and chance for the tests of the mask canvas. */
import { Sheet } from '../../../src/canvas/sheet';
import { replaceSheet, Stroke, type Brush, type Point, type StrokePoint } from '../../../src/canvas/tools';

export const hard: Brush = { opacity: 1, softness: 0, erase: false };
export const eraser: Brush = { ...hard, erase: true };

/** The same numbers from 0 to 1 for the same seed. */
export const seeded = (seed: number) => () =>
  (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32;

export const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

export function stroke(sheet: Sheet, brush: Brush, ...points: StrokePoint[]): Sheet {
  const way = new Stroke(sheet, brush);
  for (const point of points) way.to(point);
  sheet.commit();
  return sheet;
}

export const at = (x: number, y: number, radius: number): StrokePoint => ({ x, y, radius });

export const pointsAt = (...places: (readonly [x: number, y: number])[]): Point[] =>
  places.map(([x, y]) => ({ x, y }));

/** Each pixel of a sheet with the place of its middle. */
export const pixels = ({ width, alpha }: Sheet): { x: number; y: number; a: number }[] =>
  Array.from(alpha, (a, i) => ({ x: (i % width) + 0.5, y: Math.floor(i / width) + 0.5, a }));

/** A sheet on which every pixel has been given one of these values. */
export function filledSheet(width: number, height: number, value: (i: number) => number): Sheet {
  const sheet = new Sheet({ width, height });
  replaceSheet(
    sheet,
    Uint8Array.from({ length: width * height }, (_, i) => value(i)),
  );
  sheet.commit();
  return sheet;
}
