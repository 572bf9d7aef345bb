/** Outlines over the picture, as points of it. */
import type { Rect } from '../../canvas/crop';
import type { Point } from '../../canvas/tools';
import { lastOf } from '../../checked';
import type { MaskBoard } from './board.svelte';

/** The corners of a rectangle, in the order in which a line goes around it. */
export const corners = ({ x, y, width, height }: Rect): Point[] => [
  { x, y },
  { x: x + width, y },
  { x: x + width, y: y + height },
  { x, y: y + height },
];

/** The area that is being selected: a lasso's own points, or the rectangle between the first and the last. */
export function outlinePoints({ kind, points }: NonNullable<MaskBoard['outline']>): readonly Point[] {
  if (kind === 'lasso') return points;
  const [a, b] = [points[0]!, lastOf(points)]; // an outline begins with a point
  return corners({ x: a.x, y: a.y, width: b.x - a.x, height: b.y - a.y });
}
