import type { Pixels } from '../../canvas/pixels';
import type { Original } from './picture';

/**
 * Reads a picture's pixels once as long as it is among the last so many that were asked for: they are large, and pictures
 * last for the visit.
 */
export function remembering(
  read: (picture: Original) => Promise<Pixels>,
  most = 1,
): (picture: Original) => Promise<Pixels> {
  const known = new Map<Original, Promise<Pixels>>();
  return (picture) => {
    const pixels = known.get(picture) ?? read(picture);
    known.delete(picture);
    known.set(picture, pixels); // the last one now
    for (const oldest of known.keys()) if (known.size > most) known.delete(oldest);
    pixels.catch(() => known.delete(picture));
    return pixels;
  };
}
