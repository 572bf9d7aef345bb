/** Pictures from files, read and resampled by the platform. */
import { cropTo, halvings, type Size } from '../canvas/crop';
import { kindOf, moves } from '../canvas/kind';
import type { Pixels } from '../engine/api';
import { DrobeError } from '../errors';

/** A picture to start from. */
export interface Original extends Size {
  readonly name: string;
  readonly blob: Blob;
  /** Kept where we drew it ourselves; a file is decoded when it is needed. */
  readonly pixels: Pixels | null;
}

const longestSide = 16_384;
const mostPixels = 100e6;

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
    (await decode({ blob, pixels: null })).close();
    return { ...size, name: file.name, blob, pixels: null };
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
export async function drawPicture(original: Original, { width, height }: Size): Promise<Pixels> {
  const { pixels } = original;
  if (pixels?.width === width && pixels.height === height) return pixels;
  const bitmap = await decode(original);
  let from: CanvasImageSource = bitmap;
  let part = cropTo(bitmap, { width, height });
  let rgba = new Uint8ClampedArray();
  for (const size of halvings(part, { width, height })) {
    const context = canvas(size);
    context.drawImage(from, part.x, part.y, part.width, part.height, 0, 0, size.width, size.height);
    from = context.canvas;
    part = { x: 0, y: 0, ...size };
    if (size.width === width && size.height === height) rgba = context.getImageData(0, 0, width, height).data;
  }
  bitmap.close();
  return { width, height, rgba };
}

function canvas({ width, height }: Size): OffscreenCanvasRenderingContext2D {
  // Read back, so kept off the graphics card, which need not return the very bytes.
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new DrobeError('out-of-memory', { reason: 'no canvas' });
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = 'high';
  context.fillStyle = 'white';
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
