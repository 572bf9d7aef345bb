/**
 * What nets that make hints are shown of a picture, and how what they give becomes a hint: as A1111's extension
 * (sd-webui-controlnet) has it, and for depths the nets' own processor.
 */
import type { Size } from '../../canvas/crop';
import type { Pixels } from '../../canvas/pixels';
import { resample, type Extent, type Kernel } from '../../canvas/resample';
import type { HintNet } from '../../nets/hints/hint-net';

interface View {
  /** How large a picture is to the net. @param shrink so many times as large as it would be with all the memory it wants. */
  readonly sizeOf: (picture: Size, shrink: number) => Extent;
  /** How it comes to that size. */
  readonly kernel: Kernel;
  /** Both sides become multiples of this: what lies at the right and the bottom edge goes on beyond them. */
  readonly step: number;
  /** A byte of red, green or blue as the net has it. */
  readonly number: (byte: number, channel: number) => number;
  /** From what it gave to grey, 0 to 255. */
  readonly greys: (given: Float32Array) => Float32Array;
}

const cut = (value: number): number => Math.floor(Math.min(255, Math.max(0, value)));

const shrunk = ({ width, height }: Size, shrink: number): Extent => ({
  h: Math.max(1, Math.round(height * shrink)),
  w: Math.max(1, Math.round(width * shrink)),
});

const views: Readonly<Record<HintNet, View>> = {
  'Depth Anything': {
    sizeOf: depthSize,
    kernel: 'bicubic',
    step: 14,
    number: (byte, c) => (byte / 255 - MEAN[c]!) / DEVIATION[c]!, // three channels
    greys: nearWhite,
  },
  'Informative drawings': {
    sizeOf: shrunk,
    kernel: 'area',
    step: 64,
    number: (byte) => byte / 255,
    greys: (lines) => lines.map((v) => 255 - cut(v * 255)),
  },
  HED: {
    sizeOf: shrunk,
    kernel: 'area',
    step: 64,
    number: (byte) => byte,
    greys: (edges) => edges.map((v) => cut(v * 255)),
  },
};

/** Of ImageNet's pictures, in 0…1, for red, green and blue. */
const MEAN = [0.485, 0.456, 0.406] as const;
const DEVIATION = [0.229, 0.224, 0.225] as const;

/** What DINOv2 was trained with: the shorter side is about as long. */
const SIDE = 518;
const PATCH = 14;
/** Of a picture longer than that, its shape is not kept: what attention takes grows with the square of the area. */
const LONGEST = 92 * PATCH;

function depthSize({ width, height }: Size, shrink: number): Extent {
  const least = Math.max(PATCH, Math.round((SIDE * shrink) / PATCH) * PATCH);
  const scale = Math.max(least / width, least / height);
  const multiple = (side: number): number => {
    const near = Math.round((scale * side) / PATCH) * PATCH;
    return Math.min(near >= least ? near : Math.ceil((scale * side) / PATCH) * PATCH, LONGEST);
  };
  return { h: multiple(height), w: multiple(width) };
}

/** From the farthest, black, to the nearest, white; black where all is as far. */
function nearWhite(depths: Float32Array): Float32Array {
  let [least, most] = [Infinity, -Infinity];
  for (const depth of depths) [least, most] = [Math.min(least, depth), Math.max(most, depth)];
  return depths.map((depth) => (most > least ? cut(((depth - least) / (most - least)) * 255) : 0));
}

/** The size of what a net is shown: multiples of its step. */
export function shownSize(net: HintNet, picture: Size, shrink: number): Extent {
  const { sizeOf, step } = views[net];
  const { h, w } = sizeOf(picture, shrink);
  return { h: Math.ceil(h / step) * step, w: Math.ceil(w / step) * step };
}

/** What a net is shown, [3, h, w]. @param picture opaque. */
export function shownNumbers(net: HintNet, picture: Pixels, shrink: number): Float32Array {
  const { sizeOf, kernel, number } = views[net];
  const area = picture.width * picture.height;
  const planes = new Float32Array(3 * area);
  for (let i = 0; i < area; i++)
    for (let c = 0; c < 3; c++) planes[c * area + i] = number(picture.rgba[4 * i + c]!, c); // four bytes a pixel
  const inner = sizeOf(picture, shrink);
  const from = { h: picture.height, w: picture.width };
  const same = inner.h === from.h && inner.w === from.w;
  return fitted(
    same ? planes : resample(planes, from, inner, kernel),
    inner,
    shownSize(net, picture, shrink),
  );
}

/** The hint of a picture, of its size, from what its net gave of all that it was shown. */
export function hintFrom(net: HintNet, given: Float32Array, { width, height }: Size, shrink: number): Pixels {
  const { sizeOf, greys } = views[net];
  const inner = sizeOf({ width, height }, shrink);
  const to = { h: height, w: width };
  const kept = fitted(given, shownSize(net, { width, height }, shrink), inner);
  const whole = inner.h === to.h && inner.w === to.w ? kept : resample(kept, inner, to, 'bilinear');
  const rgba = new Uint8ClampedArray(4 * width * height);
  for (const [i, grey] of greys(whole).entries()) {
    rgba.fill(grey, 4 * i, 4 * i + 3);
    rgba[4 * i + 3] = 255;
  }
  return { width, height, rgba };
}

/** Planes of another size, cut off or going on at the right and the bottom. */
function fitted(planes: Float32Array, from: Extent, to: Extent): Float32Array {
  if (from.h === to.h && from.w === to.w) return planes;
  const channels = planes.length / (from.h * from.w);
  const out = new Float32Array(channels * to.h * to.w);
  let at = 0;
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < to.h; y++)
      for (let x = 0; x < to.w; x++)
        out[at++] = planes[(c * from.h + Math.min(y, from.h - 1)) * from.w + Math.min(x, from.w - 1)]!;
  return out;
}
