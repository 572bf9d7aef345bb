/** Pictures from files, read and resampled by the platform. */
import { cropTo, type Rect, type Size } from '../../canvas/crop';
import { isDeep, isForPrint, kindOf, mayBeClear, mediaTypes, moves } from '../../canvas/kind';
import { maskIn, type MaskFile } from '../../canvas/mask-file';
import { flattened, isClear, type Pixels } from '../../canvas/pixels';
import { DrobeError } from '../../errors';
import { decode, resampled, wholeOf, wholePixels } from './decode';
import { png } from './png';
import { thumbnailOf } from './thumbnail';

/** A picture to start from. */
export interface Original extends Size {
  readonly name: string;
  readonly blob: Blob;
  /** Kept where we drew it ourselves; a file is decoded when it is needed. */
  readonly pixels: Pixels | null;
  /** What became of the file; older versions kept none. */
  readonly remarks?: readonly Remark[];
}

/** What a person should know of a picture: it was scaled down, parts of it are clear, it had more shades or inks. */
export type Remark =
  | { readonly kind: 'reduced'; readonly from: Size }
  | { readonly kind: 'clear' | 'deep' | 'for-print' };

const longestSide = 16_384;
const mostPixels = 100e6;

/** Larger pictures are scaled down to this when they are opened: the largest canvas that all browsers have. */
const workPixels = 4096 * 4096;

/** What every browser can read. */
const everywhere: readonly string[] = ['PNG', 'JPEG', 'GIF', 'WebP', 'BMP'];

const imageEnding = /\.(?:png|jpe?g|jfif|webp|gif|bmp|avif|heic|heif|jxl|psd|tiff?|svg)$/i;

/** By its type or its name; what it truly is, is found on reading. */
export function isImage({ type, name }: Pick<File, 'type' | 'name'>): boolean {
  return type.startsWith('image/') || imageEnding.test(name);
}

/** Endings of what is no picture, however it may begin. */
const otherEnding = /\.(?:safetensors|sft|ckpt|pth?|bin|gguf|onnx|json|ya?ml|csv|txt|zip)$/i;

/** A file that is a picture, though neither its type nor its name says so, with its type; any other as it is. */
export async function recognised(file: File): Promise<File> {
  if (isImage(file) || otherEnding.test(file.name)) return file;
  // What cannot be read is told by whoever needs it.
  const head = await file
    .slice(0, 16)
    .arrayBuffer()
    .catch(() => null);
  const kind = head && kindOf(new Uint8Array(head));
  // "BM" is no more than two letters, with which a text may begin.
  if (!kind || kind === 'BMP') return file;
  return new File([file], file.name, { type: mediaTypes[kind], lastModified: file.lastModified });
}

/** The picture that is dropped or pasted here; then nobody else takes it. */
export function pictureFileIn(event: DragEvent | ClipboardEvent): File | undefined {
  const data = 'dataTransfer' in event ? event.dataTransfer : event.clipboardData;
  const file = [...(data?.files ?? [])].find(isImage);
  if (file) event.preventDefault();
  return file;
}

/** Checks a picture before anything large is made of it, and then that it can be decoded. */
export async function readPicture(file: File): Promise<Original> {
  const { bytes, ...original } = await readHead(file);
  try {
    const bitmap = await decode(original);
    const told = { ...original, remarks: await remarksOn(bytes, original.blob) };
    if (original.width * original.height > workPixels) return await reduced(bitmap, told);
    bitmap.close();
    return told;
  } catch (cause) {
    throw unreadable(bytes, cause);
  }
}

/** A picture whose file was read, and not looked into yet. */
export interface Unopened extends Original {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * A picture as it is in its file, byte for byte and however large: what is to be known of it, and a small one.
 * @throws DrobeError as `readPicture`
 */
export async function opened({ bytes, ...original }: Unopened): Promise<{
  readonly original: Original;
  readonly thumbnail: Blob;
}> {
  try {
    const thumbnail = await thumbnailOf(original);
    // What is clear in a picture is clear in a small one of it.
    return { thumbnail, original: { ...original, remarks: await remarksOn(bytes, thumbnail) } };
  } catch (cause) {
    throw unreadable(bytes, cause);
  }
}

/** What the file's first bytes tell: that it is a picture, and of which size. Nothing is decoded. */
export async function readHead(file: File): Promise<Unopened> {
  const content = await file.arrayBuffer().catch((cause: unknown) => {
    throw new DrobeError('image-unreadable', {}, { cause });
  });
  if (content.byteLength === 0) throw new DrobeError('file-empty');
  const bytes = new Uint8Array(content);
  if (kindOf(bytes) === 'SVG') throw new DrobeError('image-is-drawing');
  if (moves(bytes)) throw new DrobeError('image-moves');
  // A copy in memory: the file may be changed or removed before it is needed again.
  const blob = new Blob([content], { type: file.type });
  const size = await sizeOf(blob).catch((cause: unknown) => {
    throw unreadable(bytes, cause);
  });
  checkSize(size);
  return { ...size, name: file.name, blob, pixels: null, bytes };
}

function unreadable(bytes: Uint8Array, cause: unknown): DrobeError {
  if (cause instanceof DrobeError) return cause;
  const kind = kindOf(bytes);
  const code = kind && everywhere.includes(kind) ? 'image-damaged' : 'image-unreadable';
  return new DrobeError(code, { kind: kind ?? '' }, { cause });
}

/** @throws DrobeError 'image-too-large' */
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
  if (pixels?.width === size.width && pixels.height === size.height) return flattened(pixels);
  const bitmap = await decode(original);
  return resampled(bitmap, cropTo(bitmap, size), size);
}

/** All of a picture at its own size, with what is clear in it. */
export const wholePicture = (original: Original): Promise<Pixels> => wholePixels(original);

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

/** A picture read as a mask of this size. */
export async function readMask(file: File, { width, height }: Size): Promise<MaskFile> {
  const bitmap = await decode(await readPicture(file));
  return maskIn(resampled(bitmap, wholeOf(bitmap), { width, height }, null));
}

async function reduced(bitmap: ImageBitmap, original: Original): Promise<Original> {
  const scale = Math.sqrt(workPixels / (bitmap.width * bitmap.height));
  const size = { width: Math.floor(bitmap.width * scale), height: Math.floor(bitmap.height * scale) };
  const { width, height } = bitmap;
  const pixels = resampled(bitmap, wholeOf(bitmap), size, null);
  const remarks = [{ kind: 'reduced', from: { width, height } } as const, ...(original.remarks ?? [])];
  return { ...original, ...size, pixels, blob: await png(pixels), remarks };
}

/** What a person should know of a picture that can be worked on. */
async function remarksOn(bytes: Uint8Array, blob: Blob): Promise<Remark[]> {
  const remarks: Remark[] = [];
  if (mayBeClear(kindOf(bytes)) && (await hasClearParts(blob))) remarks.push({ kind: 'clear' });
  if (isDeep(bytes)) remarks.push({ kind: 'deep' });
  if (isForPrint(bytes)) remarks.push({ kind: 'for-print' });
  return remarks;
}

/** Looked for in a small picture of it: what is clear shows through that, too. One bit is none: some hide words there. */
async function hasClearParts(blob: Blob): Promise<boolean> {
  const bitmap = await decode({ blob, pixels: null });
  const size = (side: number): number => Math.min(side, 512);
  const small = { width: size(bitmap.width), height: size(bitmap.height) };
  return isClear(resampled(bitmap, wholeOf(bitmap), small, null), 254);
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
