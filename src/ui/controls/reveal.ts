import { narrow } from './screen';

/**
 * Scrolls to an element that has just appeared, unless that would take away what a person is busy with: on a phone the canvas, where
 * the element is more than a screen away; beside the canvas, a field that is typed in.
 */
export function reveal(element: HTMLElement): void {
  const { top, bottom } = (element.parentElement ?? element).getBoundingClientRect();
  const isNear = top < innerHeight && bottom > 0;
  const isTyping = document.activeElement?.matches(':read-write') ?? false;
  if (isNear || (!narrow.current && !isTyping)) element.scrollIntoView({ block: 'nearest' });
}

/** Scrolls to what is said of something that a person has just brought, which may have come in elsewhere on the page. */
export const toBeRead = (element: HTMLElement): void => element.scrollIntoView({ block: 'nearest' });
