/** How a picture is placed on the screen: its point p is at p · scale + (x, y), in CSS pixels. */
import type { Size } from './crop';
import type { Point } from './tools';

/** How a picture lies on the screen: where its upper left corner is, in CSS pixels, and how many of them a pixel has. */
export interface View extends Point {
  readonly scale: number;
}

/** How much of a picture, in CSS pixels, stays in view however far it is moved. */
const HELD = 48;
const MOST = 32;

/** The whole picture in the middle of a box; small ones enlarged in whole steps, so that their pixels stay square. */
export function fitted(picture: Size, box: Size): View {
  const room = Math.max(Math.min(box.width / picture.width, box.height / picture.height), 1e-3);
  const scale = room >= 1 ? Math.min(Math.floor(room), MOST) : room;
  return {
    scale,
    x: (box.width - picture.width * scale) / 2,
    y: (box.height - picture.height * scale) / 2,
  };
}

/** Zooms, keeping the point at `at` on the screen in place. */
export function zoomed(view: View, by: number, at: Point, picture: Size, box: Size): View {
  const least = Math.min(fitted(picture, box).scale, 1) / 2;
  const scale = Math.min(Math.max(view.scale * by, least), MOST);
  const ratio = scale / view.scale;
  return held({ scale, x: at.x - (at.x - view.x) * ratio, y: at.y - (at.y - view.y) * ratio }, picture, box);
}

/** Moves a picture on the screen, in CSS pixels, as far as it stays in the box. */
export function panned(view: View, dx: number, dy: number, picture: Size, box: Size): View {
  return held({ ...view, x: view.x + dx, y: view.y + dy }, picture, box);
}

/** Converts a point on the screen to one on the picture. */
export function toPicture({ scale, x, y }: View, at: Point): Point {
  return { x: (at.x - x) / scale, y: (at.y - y) / scale };
}

/** Moves a view so that some of the picture stays in view. */
function held({ scale, x, y }: View, picture: Size, box: Size): View {
  const within = (start: number, length: number, room: number): number => {
    const least = Math.min(HELD, length, room);
    return Math.min(Math.max(start, least - length), room - least);
  };
  return {
    scale,
    x: within(x, picture.width * scale, box.width),
    y: within(y, picture.height * scale, box.height),
  };
}
