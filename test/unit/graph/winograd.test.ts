/** Which 3 × 3 convolutions are computed by squares of pixels on WebGPU. What they give is proved in `browser/kernels`. */
import { expect, it } from 'vitest';
import { input, SHAPES_ONLY, type Target } from '../../../src/graph/graph';
import { filterFor } from '../../../src/graph/winograd/conv';

const least = { tiles: { 2: 8, 4: 16 }, tilesEveryRun: { 2: Infinity, 4: 128 }, channels: 64 };
const cards: Target = { ...SHAPES_ONLY, layout: 'nhwc' };

/** The side of the squares for maps of two, by how kernels are transformed. */
const sidesFor = (side: number, channels: number, outer = channels): (number | null)[] =>
  [true, false].map((once) => {
    const x = input('x', [2, side, side, channels], { ...cards, winograd: { ...least, once } });
    return filterFor(x, outer)?.side ?? null;
  });

it.each([
  { what: 'of many squares', side: 32, channels: 128, sides: [4, 4] },
  {
    what: 'of too few squares to transform kernels for each time',
    side: 16,
    channels: 256,
    sides: [4, null],
  },
  { what: 'of too few large squares', side: 8, channels: 512, sides: [2, null] },
  { what: 'of too few squares', side: 2, channels: 512, sides: [null, null] },
  { what: 'of few channels', side: 32, channels: 64, sides: [null, null] },
  { what: 'whose sides squares do not divide', side: 33, channels: 128, sides: [null, null] },
  { what: 'whose sides only small squares divide', side: 34, channels: 128, sides: [2, null] },
  { what: 'whose sums no adapter surely binds', side: 512, channels: 128, sides: [null, null] },
])('feature maps $what', ({ side, channels, sides }) => {
  expect(sidesFor(side, channels)).toEqual(sides);
});

it('kernels that no adapter surely binds stay as they are', () => {
  expect(sidesFor(32, 640)).toEqual([4, 4]);
  expect(sidesFor(32, 1920, 640)).toEqual([2, null]);
});

it('in half precision none are', () => {
  const x = input(
    'x',
    [2, 32, 32, 128],
    { ...cards, dtype: 'f16', winograd: { ...least, once: true } },
    'f16',
  );
  expect(filterFor(x, 128)).toBeNull();
});
