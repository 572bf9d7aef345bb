/** Sizes of hints: the size at which one is made, and how it is fitted to the output's size. */
import type { Size } from '../crop';
import { isClear, type Pixels } from '../pixels';
import { resample, type Kernel } from '../resample';
import { evenlyRounded, median } from './numbers';
import { scaled } from './planes';
import { colourCount, hasHairlines, parted, pictureOfTones, thinned, twoTone } from './two-tone';

/** A1111's "Just Resize", "Crop and Resize" and "Resize and Fill". */
export type ResizeMode = 'stretch' | 'crop' | 'fill';

/** The most pixels of the picture that a hint is made of. */
const MOST_PIXELS = 2 ** 23;

/**
 * The picture that a hint is made of, with this many pixels on its shorter side: enlarged by cubic interpolation, or reduced by
 * area averaging. A very long picture stays smaller.
 */
export function atResolution(picture: Pixels, shorterSide: number): Pixels {
  const { width, height } = picture;
  const scale = Math.min(shorterSide / Math.min(width, height), Math.sqrt(MOST_PIXELS / (width * height)));
  const size = timesOf(picture, scale);
  if (size.width === width && size.height === height) return picture;
  return scaled(picture, size, scale > 1 ? 'bicubic' : 'area');
}

/** The shorter side at which a hint is made so that nothing of it is scaled later: A1111's "Pixel Perfect". */
export function pixelPerfect(picture: Size, target: Size, mode: ResizeMode): number {
  const [across, down] = [target.width / picture.width, target.height / picture.height];
  const scale = mode === 'fill' ? Math.min(across, down) : Math.max(across, down);
  return Math.max(1, evenlyRounded(scale * Math.min(picture.width, picture.height)));
}

/**
 * A hint at the output's size. `stretch` ignores its shape, `crop` keeps its middle, `fill` keeps all of it and surrounds it with
 * the median colour of its edges. Where parts of a hint are clear (to be inpainted), its surroundings are clear, too.
 */
export function resized(hint: Pixels, size: Size, mode: ResizeMode): Pixels {
  if (mode === 'stretch') return likeDrawn(hint, size);
  const [across, down] = [size.width / hint.width, size.height / hint.height];
  const inner = likeDrawn(
    hint,
    timesOf(hint, mode === 'crop' ? Math.max(across, down) : Math.min(across, down)),
  );
  const out = {
    width: size.width,
    height: size.height,
    rgba: new Uint8ClampedArray(4 * size.width * size.height),
  };
  if (mode === 'fill') surround(out, hint);
  // One side fits; the other is cut or has room on both sides.
  const from = { x: half(inner.width - size.width), y: half(inner.height - size.height) };
  const to = { x: half(size.width - inner.width), y: half(size.height - inner.height) };
  const width = Math.min(inner.width, size.width);
  for (let y = 0; y < Math.min(inner.height, size.height); y++) {
    const row = 4 * ((from.y + y) * inner.width + from.x);
    out.rgba.set(inner.rgba.subarray(row, row + 4 * width), 4 * ((to.y + y) * size.width + to.x));
  }
  return out;
}

const half = (room: number): number => Math.max(0, room >> 1);

const timesOf = ({ width, height }: Size, scale: number): Size => ({
  width: Math.max(1, evenlyRounded(width * scale)),
  height: Math.max(1, evenlyRounded(height * scale)),
});

/**
 * A hint at another size, in the same style: few colours (areas, limbs) are not mixed, black and white stays black and white, and
 * lines of one pixel stay as thin.
 */
function likeDrawn(hint: Pixels, size: Size): Pixels {
  if (hint.width === size.width && hint.height === size.height) return hint;
  if (isClear(hint)) return withHoles(hint, size);
  const colours = colourCount(hint, 200);
  if (colours > 2 && colours < 200) return scaled(hint, size, 'nearest');
  const smaller = size.width * size.height < hint.width * hint.height;
  const out = scaled(hint, size, smaller ? 'area' : 'bicubic');
  const tones = twoTone(hint);
  if (!tones) return out;
  return pictureOfTones(hasHairlines(tones) ? thinned(parted(out)) : parted(out));
}

/** Scales colours and holes separately: a pixel is clear where most of what it covers is. */
function withHoles(hint: Pixels, size: Size): Pixels {
  const kernel: Kernel = size.width * size.height < hint.width * hint.height ? 'area' : 'bilinear';
  const out = scaled(hint, size, kernel);
  const alpha = Float32Array.from({ length: hint.width * hint.height }, (_, i) => hint.rgba[4 * i + 3]!);
  const seen = resample(alpha, { h: hint.height, w: hint.width }, { h: size.height, w: size.width }, kernel);
  for (let i = 0; i < seen.length; i++) out.rgba[4 * i + 3] = seen[i]! < 127.5 ? 0 : 255;
  return out;
}

/** Fills `out` with the median colour of the hint's four sides. */
function surround(out: Pixels, { width, height, rgba }: Pixels): void {
  const corners: number[] = [];
  for (let x = 0; x < width; x++) corners.push(x, (height - 1) * width + x);
  for (let y = 0; y < height; y++) corners.push(y * width, y * width + width - 1);
  const colour = [0, 1, 2].map((c) => Math.floor(median(corners.map((at) => rgba[4 * at + c]!))));
  const alpha = isClear({ width, height, rgba }) ? 0 : 255;
  for (let i = 0; i < out.rgba.length; i += 4) out.rgba.set([...colour, alpha], i);
}
