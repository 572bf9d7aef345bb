/** The cells of a grid: every value of one axis with every value of the others. */
import type { Settings } from '../settings/settings';
import { axes, type Around, type Point } from './axes';
import type { AxisName } from './names';

/** One axis as a person has set it. */
export interface AxisWish {
  readonly name: AxisName;
  readonly text: string;
}

/** An axis with what its values do. */
export interface Row extends AxisWish {
  readonly points: readonly Point[];
}

/** Columns, rows, and sheets of them: a grid of one axis has one row. */
export interface Plan {
  readonly x: Row;
  readonly y: Row;
  readonly z: Row;
}

/** A picture of the grid. */
export interface Cell {
  /** Which column, row and sheet. */
  readonly at: readonly [x: number, y: number, z: number];
  readonly settings: Settings;
}

/** The axes, or the items of each that make no sense. */
export type Planned =
  | { readonly plan: Plan }
  | { readonly wrong: readonly [readonly string[], readonly string[], readonly string[]] };

/** The rows that wishes make, or for each axis the items that make no sense there. */
export function planOf(wishes: readonly [AxisWish, AxisWish, AxisWish], around: Around): Planned {
  const read = (wish: AxisWish) => ({ ...wish, ...axes[wish.name].read(wish.text, around) });
  const [x, y, z] = [read(wishes[0]), read(wishes[1]), read(wishes[2])];
  const wrong = [x.wrong, y.wrong, z.wrong] as const;
  return wrong.some((items) => items.length > 0) ? { wrong } : { plan: { x, y, z } };
}

/** How many places an axis has in the grid: one also where it is not used. */
export const lengthOf = ({ points }: Row): number => Math.max(points.length, 1);

export const cellsIn = ({ x, y, z }: Plan): number => lengthOf(x) * lengthOf(y) * lengthOf(z);

/**
 * All cells in the order in which they are drawn: what takes long to change, as the model, changes least often.
 * @param settings whose seeds are drawn, so that all cells have the same where no axis says otherwise.
 */
export function cellsOf({ x, y, z }: Plan, settings: Settings): readonly Cell[] {
  const rows = [x, y, z];
  const weightOf = (row: number): number => axes[rows[row]!.name].weight ?? 0;
  // Outermost first; of equals sheets, then rows, then columns.
  const order = [2, 1, 0].toSorted((a, b) => weightOf(b) - weightOf(a));
  let places: (readonly [number, number, number])[] = [[0, 0, 0]];
  for (const row of order) {
    const count = lengthOf(rows[row]!);
    places = places.flatMap((place) =>
      Array.from({ length: count }, (_, i) => place.with(row, i) as [number, number, number]),
    );
  }
  return places.map((at) => ({ at, settings: settingsAt(rows, at, settings) }));
}

function settingsAt(
  rows: readonly Row[],
  at: readonly [number, number, number],
  settings: Settings,
): Settings {
  // Words are replaced before a tag is added to them.
  const turns = [0, 1, 2].toSorted((a, b) => Number(isReplace(rows[b]!)) - Number(isReplace(rows[a]!)));
  const cell = turns.reduce((before, i) => rows[i]!.points[at[i]!]?.apply(before) ?? before, settings);
  return { ...cell, count: 1 };
}

const isReplace = ({ name }: Row): boolean => name === 'replace';

/** Of a cell, as an order keeps it: "2 0 1". */
export const cellName = ({ at }: Pick<Cell, 'at'>): string => at.join(' ');

/** The place in the grid that a name, "1 0 2", says; null for another name. */
export function placeNamed(name: string): Cell['at'] | null {
  const [x, y, z] = /^(\d+) (\d+) (\d+)$/.exec(name)?.slice(1).map(Number) ?? [];
  return x === undefined || y === undefined || z === undefined ? null : [x, y, z];
}
