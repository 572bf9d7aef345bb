/** The mask as one colour over the picture, in light and dark stripes: they show on a picture of the same colour. */
import type { Rect } from '../../canvas/crop';
import type { Mask } from '../../canvas/pixels';
import { around, clip } from '../../canvas/sheet';
import type { View } from '../../canvas/view';

/** The colours of the stripes, each as the three bytes of an ImageData. */
export interface Stripes {
  readonly light: number;
  readonly dark: number;
}

export const white: Stripes = { light: 0xffffff, dark: 0xffffff };

/** @param colour as "#e0303a". */
export function stripesOf(colour: string): Stripes {
  const part = (at: number): number => parseInt(colour.slice(at, at + 2), 16);
  const [red, green, blue] = [part(1), part(3), part(5)];
  return {
    light: red | (green << 8) | (blue << 16),
    dark: (red >> 1) | ((green >> 1) << 8) | ((blue >> 1) << 16),
  };
}

/** The most pixels of the picture, along each side, that are averaged for one of the screen. */
const MOST_SAMPLES = 4;

/**
 * The mask as it appears in a part of the screen, as pixels of an ImageData. Its cost depends on the screen, not the
 * picture: a canvas of the picture's size would be copied whole whenever a stroke touches it.
 * @param view how the picture lies on the screen, in the screen's pixels.
 */
export function seen(mask: Mask, view: View, part: Rect, { light, dark }: Stripes): Uint32Array<ArrayBuffer> {
  const { width, height, alpha } = mask;
  const pixels = new Uint32Array(part.width * part.height);
  const { scale, x, y } = view;
  const shown = clip(
    { x, y, width: width * scale, height: height * scale },
    {
      width: part.x + part.width,
      height: part.y + part.height,
    },
  );
  if (!shown) return pixels;
  const [left, top] = [Math.max(shown.x, part.x), Math.max(shown.y, part.y)];
  const samples = Math.min(Math.ceil(1 / scale), MOST_SAMPLES);
  const columns = samplesOf(left, shown.x + shown.width, samples, (at) => (at - x) / scale, width);
  const rows = samplesOf(top, shown.y + shown.height, samples, (at) => (at - y) / scale, height);
  // Equally wide on the screen for large pictures and for small ones, which are enlarged.
  const stripe = Math.max(Math.round(Math.max(width, height) / 100), 1);
  const perPixel = samples * samples;
  for (let row = 0; row < rows.length; row += samples) {
    let to = (top + row / samples - part.y) * part.width + left - part.x;
    for (let column = 0; column < columns.length; column += samples) {
      let sum = 0;
      for (let i = 0; i < samples; i++) {
        const from = rows[row + i]! * width; // samples of this pixel
        for (let j = 0; j < samples; j++) sum += alpha[from + columns[column + j]!]!;
      }
      const odd = Math.floor((columns[column]! + rows[row]!) / stripe) & 1;
      pixels[to++] = (odd ? dark : light) | (Math.round(sum / perPixel) << 24);
    }
  }
  return pixels;
}

/** Paints a part of the overlay. */
export function paintOverlay(
  context: CanvasRenderingContext2D,
  mask: Mask,
  view: View,
  part: Rect,
  stripes: Stripes,
): void {
  const pixels = new Uint8ClampedArray(seen(mask, view, part, stripes).buffer);
  context.putImageData(new ImageData(pixels, part.width, part.height), part.x, part.y);
}

/**
 * Paints the whole overlay now, and later what changes of the mask, at most once a frame.
 * @param watch calls its argument with each part of the mask that changes, until the function it returns is called.
 * @returns a function that ends it.
 */
export function keepPainted(
  context: CanvasRenderingContext2D,
  mask: Mask,
  view: View,
  stripes: Stripes,
  watch: (changed: (part: Rect) => void) => () => void,
): () => void {
  const { width, height } = context.canvas;
  let waiting: Rect | null = { x: 0, y: 0, width, height };
  let frame = 0;
  const paint = (): void => {
    frame = 0;
    const part = waiting && clip(waiting, { width, height });
    if (part) paintOverlay(context, mask, view, part, stripes);
    waiting = null;
  };
  paint();
  const stop = watch((changed) => {
    waiting = around(waiting, onScreen(changed, view));
    frame ||= requestAnimationFrame(paint);
  });
  return () => {
    stop();
    cancelAnimationFrame(frame);
  };
}

/** Where a part of the picture appears on the screen, with a margin of one pixel. */
export function onScreen(part: Rect, { scale, x, y }: View): Rect {
  return {
    x: part.x * scale + x - 1,
    y: part.y * scale + y - 1,
    width: part.width * scale + 2,
    height: part.height * scale + 2,
  };
}

/** Along one side: where to sample the picture for each pixel of the screen. */
function samplesOf(
  from: number,
  to: number,
  samples: number,
  onPicture: (at: number) => number,
  side: number,
): Int32Array {
  const places = new Int32Array(Math.max(to - from, 0) * samples);
  return places.map((_, i) =>
    Math.min(Math.max(Math.floor(onPicture(from + (i + 0.5) / samples)), 0), side - 1),
  );
}
