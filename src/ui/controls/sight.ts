/**
 * Brings what has just come into sight, unless that takes something away: on a phone the canvas, if what it came to is far off;
 * beside the canvas, the field that is typed in.
 */
import { narrow } from './screen';

export function comeIntoSight(element: HTMLElement): void {
  const { top, bottom } = (element.parentElement ?? element).getBoundingClientRect();
  const near = top < innerHeight && bottom > 0;
  const typed = document.activeElement?.matches('input, textarea, select') ?? false;
  if (near || (!narrow.current && !typed)) element.scrollIntoView({ block: 'nearest' });
}
