/** Files decoded by the platform. */
import { defined } from '../../checked';
import { halvings, type Rect, type Size } from '../../canvas/crop';
import { kindOf, mediaTypes } from '../../canvas/kind';
import { isClear, type Pixels } from '../../canvas/pixels';
import { DrobeError } from '../../errors';

/** A picture as a file, or as pixels where we drew it ourselves. */
export interface Encoded {
  readonly blob: Blob;
  readonly pixels: Pixels | null;
}

/** A picture upright, as its EXIF orientation says. @throws DOMException for a file that the browser cannot decode */
export function decode({ blob, pixels }: Encoded): Promise<ImageBitmap> {
  return pixels
    ? createImageBitmap(new ImageData(pixels.rgba, pixels.width, pixels.height))
    : createImageBitmap(blob, { imageOrientation: 'from-image' });
}

/** Draws a part of a picture at a size, and closes the picture. @param ground what shows through; null: it stays clear. */
export function resampled(
  bitmap: ImageBitmap,
  part: Rect,
  target: Size,
  ground: string | null = 'white',
): Pixels {
  const { width, height } = target;
  let from: CanvasImageSource = bitmap;
  let context: OffscreenCanvasRenderingContext2D | null = null;
  for (const size of halvings(part, target)) {
    context = canvas(size, ground);
    context.drawImage(from, part.x, part.y, part.width, part.height, 0, 0, size.width, size.height);
    from = context.canvas;
    part = { x: 0, y: 0, ...size };
  }
  bitmap.close();
  return { width, height, rgba: defined(context).getImageData(0, 0, width, height).data }; // there is always one size
}

/** To draw on and read back. @param ground what it is filled with; null: it is clear. @throws DrobeError 'out-of-memory' */
export function canvas({ width, height }: Size, ground: string | null): OffscreenCanvasRenderingContext2D {
  // Read back, so kept off the graphics card, which need not return the very bytes.
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new DrobeError('out-of-memory', { reason: 'no canvas' });
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = 'high';
  if (ground !== null) {
    context.fillStyle = ground;
    context.fillRect(0, 0, width, height);
  }
  return context;
}

export const wholeOf = ({ width, height }: Size): Rect => ({ x: 0, y: 0, width, height });

/** Of larger pictures nobody looks into the pixels for words. */
const MOST_SEEN = 4096 * 4096;

/** The leftmost columns of a PNG, with the very bytes of its file. Null for what has others: fewer bits, no colours. */
export function columnsOf(blob: Blob, bytes: Uint8Array): Columns | null {
  const [depth, colours] = [bytes[24], bytes[25]];
  if (kindOf(bytes) !== 'PNG' || bytes.length < 33 || depth !== 8 || (colours !== 2 && colours !== 6))
    return null;
  const head = new DataView(bytes.buffer, bytes.byteOffset);
  const [width, height] = [head.getUint32(16), head.getUint32(20)];
  if (width * height > MOST_SEEN) return null;
  const read = async (count: number): Promise<Uint8ClampedArray> => {
    const exact = { premultiplyAlpha: 'none', colorSpaceConversion: 'none' } as const;
    const bitmap = await createImageBitmap(blob, 0, 0, count, height, exact);
    return resampled(bitmap, wholeOf(bitmap), { width: count, height }, null).rgba;
  };
  return { width, height, read };
}

interface Columns extends Size {
  readonly read: (count: number) => Promise<Uint8ClampedArray>;
}

/** All of a picture at its own size. Clear parts are clear, with the very bytes of the file where these can be had. */
export async function wholePixels(encoded: Encoded): Promise<Pixels> {
  if (encoded.pixels) return encoded.pixels;
  const bitmap = await decode(encoded);
  const drawn = resampled(bitmap, wholeOf(bitmap), { width: bitmap.width, height: bitmap.height }, null);
  if (!isClear(drawn)) return drawn;
  // A canvas multiplies colours by their alpha and so forgets those of clear pixels.
  const exact = await unmultiplied(encoded.blob).catch(() => null);
  return exact && looksLike(exact, drawn) ? exact : drawn;
}

/** Null where the browser cannot do that, as Safari. */
async function unmultiplied(blob: Blob): Promise<Pixels | null> {
  const data = await blob.arrayBuffer();
  const kind = kindOf(new Uint8Array(data));
  if (!('ImageDecoder' in globalThis) || !kind) return null;
  // TypeScript's library does not know of the last one yet.
  const asked: ImageDecoderInit & { premultiplyAlpha: 'none' } = {
    ...{ data, type: mediaTypes[kind] },
    premultiplyAlpha: 'none',
  };
  const decoder = new ImageDecoder(asked);
  try {
    const { image } = await decoder.decode();
    const { format, displayWidth: width, displayHeight: height } = image;
    // As it lies there: to have it put in another order is to have it multiplied.
    const rgba = new Uint8ClampedArray(image.allocationSize());
    await image.copyTo(rgba);
    image.close();
    if (format === 'BGRA') {
      for (let i = 0; i < rgba.length; i += 4) [rgba[i], rgba[i + 2]] = [rgba[i + 2]!, rgba[i]!];
    }
    return format === 'RGBA' || format === 'BGRA' ? { width, height, rgba } : null;
  } finally {
    decoder.close();
  }
}

/** Whether two pictures are the same to the eye: one may have been turned, or its colours left as they lie in the file. */
function looksLike(a: Pixels, b: Pixels): boolean {
  if (a.width !== b.width || a.height !== b.height || a.rgba.length !== b.rgba.length) return false;
  for (let i = 0; i < a.rgba.length; i += 4) {
    const alpha = b.rgba[i + 3]!; // four bytes a pixel
    if (a.rgba[i + 3] !== alpha) return false;
    if (alpha < 255) continue;
    for (let c = i; c < i + 3; c++) if (Math.abs(a.rgba[c]! - b.rgba[c]!) > 2) return false;
  }
  return true;
}
