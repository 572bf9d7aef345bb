/** Hints and their sizes, as OpenCV and numpy make them. */
import { expect, it } from 'vitest';
import { hintMakers, isNetHint, makerNamed } from '../../src/canvas/hints';
import { atResolution, resized, type ResizeMode } from '../../src/canvas/hints/resize';
import type { Pixels } from '../../src/canvas/pixels';
import { goldenJson, goldenTensors, present } from './root';
import type { Tensor } from './tensors';

interface Case {
  /** A preprocessor; `resolution`; or how a hint is brought to another size. */
  readonly kind: string;
  readonly picture: string;
  readonly result: string;
  readonly a: number;
  readonly b: number;
  readonly side: number;
  readonly width: number;
  readonly height: number;
}

/** Of 255: edges are the very same pixels, and blurred bytes the very same bytes; elsewhere roundings may differ. */
const allowed: Readonly<Record<string, number>> = { canny: 0, invert: 0, threshold: 0, blur_gaussian: 0 };

const modes: readonly string[] = ['stretch', 'crop', 'fill'] satisfies ResizeMode[];
const isMode = (kind: string): kind is ResizeMode => modes.includes(kind);

if (present('hints/cases.json', 'hints/expected.safetensors')) {
  const tensors = goldenTensors('hints/expected.safetensors');
  it.each(goldenJson('hints/cases.json') as readonly Case[])('$result of $picture', (sample) => {
    const made = done(sample, pictureOf(tensors(sample.picture)));
    const wanted = pictureOf(tensors(sample.result));
    expect([made.width, made.height]).toEqual([wanted.width, wanted.height]);
    const worst = made.rgba.reduce((most, v, i) => Math.max(most, Math.abs(v - wanted.rgba[i]!)), 0);
    console.info(`${sample.result}: ${worst} of 255`);
    expect(worst).toBeLessThanOrEqual(allowed[sample.kind] ?? 1);
  });
}

function done({ kind, a, b, side, width, height }: Case, picture: Pixels): Pixels {
  if (kind === 'resolution') return atResolution(picture, side);
  if (isMode(kind)) return resized(picture, { width, height }, kind);
  const name = makerNamed(kind);
  if (name === undefined || isNetHint(name)) throw new Error(`There is no preprocessor ${kind}.`);
  return hintMakers[name].make(picture, { a, b });
}

/** A tensor [height, width] or [height, width, 3] of bytes as an opaque picture. */
function pictureOf({ shape, data }: Tensor): Pixels {
  const [height, width, channels = 1] = shape as [number, number, number?];
  const rgba = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = data[i * channels + (channels === 3 ? c : 0)]!;
  }
  return { width, height, rgba };
}
