/** The mask as one colour over the picture. */
import type { Rect } from '../canvas/crop';
import type { Mask } from '../canvas/pixels';

/** Paints only the part that changed, and reads nothing back: what it costs does not grow with the picture. */
export function paintOverlay(
  context: CanvasRenderingContext2D,
  { width, alpha }: Mask,
  part: Rect,
  colour: string,
): void {
  const image = new ImageData(part.width, part.height);
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)) as [
    number,
    number,
    number,
  ];
  const rgb = red | (green << 8) | (blue << 16);
  const pixels = new Uint32Array(image.data.buffer);
  for (let y = 0; y < part.height; y++) {
    const from = (part.y + y) * width + part.x;
    for (let x = 0; x < part.width; x++) pixels[y * part.width + x] = rgb | (alpha[from + x]! << 24);
  }
  context.putImageData(image, part.x, part.y);
}
