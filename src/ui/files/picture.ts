/** Pictures from files, read and resampled by the platform. */
import { cropTo, halvings, type Rect, type Size } from '../../canvas/crop';
import { kindOf, moves } from '../../canvas/kind';
import type { Pixels } from '../../canvas/pixels';
import { DrobeError } from '../../errors';

/** A picture to start from. */
export interface Original extends Size {
  readonly name: string;
  readonly blob: Blob;
  /** Kept where we drew it ourselves; a file is decoded when it is needed. */
  readonly pixels: Pixels | null;
}

const longestSide = 16_384;
const mostPixels = 100e6;

/** Larger pictures are scaled down to this when they are opened: the largest canvas that all browsers have. */
const workPixels = 4096 * 4096;

/** What every browser can read. */
const everywhere: readonly string[] = ['PNG', 'JPEG', 'GIF', 'WebP', 'BMP'];

const imageEnding = /\.(?:png|jpe?g|jfif|webp|gif|bmp|avif|heic|heif|tiff?|svg)$/i;

/** By its type or its name; what it truly is, is found on reading. */
export function isImage({ type, name }: Pick<File, 'type' | 'name'>): boolean {
  return type.startsWith('image/') || imageEnding.test(name);
}

/** Checks a picture before anything large is made of it, and then that it can be decoded. */
export async function readPicture(file: File): Promise<Original> {
  const content = await file.arrayBuffer().catch((cause: unknown) => {
    throw new DrobeError('image-unreadable', {}, { cause });
  });
  const bytes = new Uint8Array(content);
  const kind = kindOf(bytes);
  if (kind === 'SVG') throw new DrobeError('image-is-drawing');
  if (moves(bytes)) throw new DrobeError('image-moves');
  // A copy in memory: the file may be changed or removed before it is needed again.
  const blob = new Blob([content], { type: file.type });
  try {
    const size = await sizeOf(blob);
    checkSize(size);
    const bitmap = await decode({ blob, pixels: null });
    const original = { ...size, name: file.name, blob, pixels: null };
    if (size.width * size.height > workPixels) return await reduced(bitmap, original);
    bitmap.close();
    return original;
  } catch (cause) {
    if (cause instanceof DrobeError) throw cause;
    const code = kind && everywhere.includes(kind) ? 'image-damaged' : 'image-unreadable';
    throw new DrobeError(code, { kind: kind ?? '' }, { cause });
  }
}

export function checkSize({ width, height }: Size): void {
  if (Math.max(width, height) > longestSide || width * height > mostPixels) {
    throw new DrobeError('image-too-large', { width, height });
  }
}

/**
 * The middle of a picture at this size, on white. At its own size the pixels are what they were: those of a picture of
 * ours are not even looked at.
 */
export async function drawPicture(original: Original, size: Size): Promise<Pixels> {
  const { pixels } = original;
  if (pixels?.width === size.width && pixels.height === size.height) return pixels;
  const bitmap = await decode(original);
  return resampled(bitmap, cropTo(bitmap, size), size);
}

/** A part of a picture at another size. At its own size its bytes are copied. */
export async function scaled(pixels: Pixels, part: Rect, { width, height }: Size): Promise<Pixels> {
  if (part.width !== width || part.height !== height) {
    const image = new ImageData(pixels.rgba, pixels.width, pixels.height);
    return resampled(await createImageBitmap(image), part, { width, height });
  }
  if (width === pixels.width && height === pixels.height) return pixels;
  const rgba = new Uint8ClampedArray(4 * width * height);
  for (let y = 0; y < height; y++) {
    const from = 4 * ((part.y + y) * pixels.width + part.x);
    rgba.set(pixels.rgba.subarray(from, from + 4 * width), 4 * width * y);
  }
  return { width, height, rgba };
}

/** A picture read as a mask of this size: white is repainted, black and what is transparent is kept. */
export async function readMask(file: File, { width, height }: Size): Promise<Uint8Array<ArrayBuffer>> {
  const bitmap = await decode(await readPicture(file));
  const whole = { x: 0, y: 0, width: bitmap.width, height: bitmap.height };
  const { rgba } = resampled(bitmap, whole, { width, height }, 'black');
  // Rec. 601 luma, as PIL makes a grey picture.
  return Uint8Array.from({ length: width * height }, (_, i) =>
    Math.round(rgba[4 * i]! * 0.299 + rgba[4 * i + 1]! * 0.587 + rgba[4 * i + 2]! * 0.114),
  );
}

/** Draws a part of a picture at a size, and closes the picture. */
function resampled(bitmap: ImageBitmap, part: Rect, target: Size, ground = 'white'): Pixels {
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
  return { width, height, rgba: context!.getImageData(0, 0, width, height).data }; // there is always one size
}

async function reduced(bitmap: ImageBitmap, original: Original): Promise<Original> {
  const scale = Math.sqrt(workPixels / (bitmap.width * bitmap.height));
  const size = { width: Math.floor(bitmap.width * scale), height: Math.floor(bitmap.height * scale) };
  const pixels = resampled(bitmap, { x: 0, y: 0, width: bitmap.width, height: bitmap.height }, size);
  const context = canvas(size);
  context.putImageData(new ImageData(pixels.rgba, size.width, size.height), 0, 0);
  return { ...original, ...size, pixels, blob: await context.canvas.convertToBlob() };
}

function canvas({ width, height }: Size, ground = 'white'): OffscreenCanvasRenderingContext2D {
  // Read back, so kept off the graphics card, which need not return the very bytes.
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new DrobeError('out-of-memory', { reason: 'no canvas' });
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = 'high';
  context.fillStyle = ground;
  context.fillRect(0, 0, width, height);
  return context;
}

function decode({ blob, pixels }: Pick<Original, 'blob' | 'pixels'>): Promise<ImageBitmap> {
  return pixels
    ? createImageBitmap(new ImageData(pixels.rgba, pixels.width, pixels.height))
    : createImageBitmap(blob, { imageOrientation: 'from-image' });
}

/** Width and height as shown (cameras turn pictures by a note), told by the header alone. */
async function sizeOf(blob: Blob): Promise<Size> {
  const url = URL.createObjectURL(blob);
  try {
    const image = new Image();
    await new Promise((resolve, reject) => {
      image.onload = resolve;
      image.onerror = () => reject(new Error('not a picture'));
      image.src = url;
    });
    return { width: image.naturalWidth, height: image.naturalHeight };
  } finally {
    URL.revokeObjectURL(url);
  }
}
