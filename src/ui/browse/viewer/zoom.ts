/**
 * How near a picture is looked at: said without pixels, so that two pictures of different sizes can be looked at alike.
 */
import type { Size } from '../../../canvas/crop';
import type { Point } from '../../../canvas/tools';
import type { View } from '../../../canvas/view';

export interface Zoom {
  /** So many times as large as where all of it is seen. */
  readonly by: number;
  /** What of it is in the middle, from 0 to 1 of its width and height. */
  readonly x: number;
  readonly y: number;
}

export const WHOLE: Zoom = { by: 1, x: 0.5, y: 0.5 };

const MOST = 32;

/** Where the picture lies in a box then. Small ones are enlarged, to be seen. */
export function viewOf({ by, x, y }: Zoom, picture: Size, box: Size): View {
  const scale = by * Math.min(box.width / picture.width, box.height / picture.height);
  return {
    scale,
    x: box.width / 2 - x * picture.width * scale,
    y: box.height / 2 - y * picture.height * scale,
  };
}

/** Nearer or further, while what is at a point of the box stays there. */
export function zoomed(zoom: Zoom, by: number, at: Point, picture: Size, box: Size): Zoom {
  const target = Math.min(Math.max(zoom.by * by, 1), MOST);
  if (target === 1) return WHOLE;
  const off = { x: at.x - box.width / 2, y: at.y - box.height / 2 };
  const now = viewOf(zoom, picture, box).scale;
  const then = (now * target) / zoom.by;
  const moved = 1 / now - 1 / then;
  return held({
    by: target,
    x: zoom.x + (off.x * moved) / picture.width,
    y: zoom.y + (off.y * moved) / picture.height,
  });
}

/** Moved along with a hand that goes so far, in CSS pixels. */
export function dragged(zoom: Zoom, dx: number, dy: number, picture: Size, box: Size): Zoom {
  if (zoom.by === 1) return zoom;
  const { scale } = viewOf(zoom, picture, box);
  return held({
    by: zoom.by,
    x: zoom.x - dx / scale / picture.width,
    y: zoom.y - dy / scale / picture.height,
  });
}

/** By so much one press goes nearer. */
export const NEARER = 1.5;

/** Nearer or further, while the middle stays where it is. */
export function scaledBy({ by, x, y }: Zoom, factor: number): Zoom {
  const next = Math.min(by * factor, MOST);
  return next <= 1 ? WHOLE : { by: next, x, y };
}

/** As near as one looks first: one pixel of it is one of the screen's, or of a small picture twice what it was. */
export const nearBy = (picture: Size, box: Size): number =>
  Math.min(Math.max(1 / viewOf(WHOLE, picture, box).scale, 2), MOST);

/** Its middle is never beside the picture. */
function held({ by, x, y }: Zoom): Zoom {
  const within = (part: number): number => Math.min(Math.max(part, 0), 1);
  return { by, x: within(x), y: within(y) };
}
