/** The mask as one colour over the picture, in light and dark stripes: they show on a picture of the same colour. */
import type { Rect } from '../../canvas/crop';
import type { Mask } from '../../canvas/pixels';

/** Paints only the part that changed, and reads nothing back: what it costs does not grow with the picture. */
export function paintOverlay(
  context: CanvasRenderingContext2D,
  { width, height, alpha }: Mask,
  part: Rect,
  colour: string,
): void {
  const image = new ImageData(part.width, part.height);
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)) as [
    number,
    number,
    number,
  ];
  const light = red | (green << 8) | (blue << 16);
  const dark = (red >> 1) | ((green >> 1) << 8) | ((blue >> 1) << 16);
  // As wide on the screen for a large picture as for a small one, which is seen enlarged.
  const stripe = Math.max(Math.round(Math.max(width, height) / 100), 1);
  const pixels = new Uint32Array(image.data.buffer);
  for (let y = 0; y < part.height; y++) {
    const from = (part.y + y) * width + part.x;
    for (let x = 0; x < part.width; x++) {
      const odd = Math.floor((part.x + x + part.y + y) / stripe) & 1;
      pixels[y * part.width + x] = (odd ? dark : light) | (alpha[from + x]! << 24); // inside the mask
    }
  }
  context.putImageData(image, part.x, part.y);
}

/** The same in plain white. */
export function paintWhite(context: CanvasRenderingContext2D, { width, alpha }: Mask, part: Rect): void {
  const image = new ImageData(part.width, part.height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let y = 0; y < part.height; y++) {
    const from = (part.y + y) * width + part.x;
    for (let x = 0; x < part.width; x++) pixels[y * part.width + x] = 0xffffff | (alpha[from + x]! << 24); // as above
  }
  context.putImageData(image, part.x, part.y);
}
