import { expect, test } from 'vitest';
import { reachOf } from '../../../../src/canvas/blur';
import { sidesOf, type Rect, type Size } from '../../../../src/canvas/crop';
import type { Pixels } from '../../../../src/canvas/pixels';
import type { Source } from '../../../../src/engine/api';
import { DrobeError } from '../../../../src/errors';
import { initial, type Settings } from '../../../../src/ui/settings/settings';
import { planOf, workFor, type Means } from '../../../../src/ui/paint/work';
import { maskOf, motley, original, pictures, plain } from '../fake';

const size: Size = { width: 96, height: 64 };
const none = { left: 0, right: 0, top: 0, bottom: 0 };
const hole: Rect = { x: 26, y: 14, width: 40, height: 36 };

const photo = (at = size) => ({ ...original(at.width, at.height), pixels: motley(at) });
const set = (more: Partial<Settings> = {}): Settings => ({ ...initial, ...size, ...more });
const means = (more: Partial<Means> = {}): Means => ({
  mask: maskOf(size, hole),
  margins: none,
  draw: pictures.draw,
  whole: pictures.whole,
  scale: (...asked) => pictures.scale(...asked),
  sides: sidesOf(8),
  ...more,
});

function inpaintOf(source: Source | null): Extract<Source, { kind: 'inpaint' }> {
  if (source?.kind !== 'inpaint') throw new Error('not inpainting');
  return source;
}

const bytes = ({ rgba }: Pixels, i: number) => rgba.subarray(4 * i, 4 * i + 4).join();

/** How many pixels of a picture are those of another, and at how many places of these they are not. */
function compared(picture: Pixels, other: Pixels, places: readonly number[]) {
  const same = places.filter((i) => bytes(picture, i) === bytes(other, i)).length;
  return { same, different: places.length - same };
}

const places = (alpha: Uint8Array, wanted: (a: number, i: number) => boolean): number[] =>
  [...alpha.keys()].filter((i) => wanted(alpha[i] ?? 0, i));

test.each([
  ['words alone', 'text', photo()],
  ['a picture that is missing', 'image', null],
] as const)('from %s there is no source, and what is drawn is the result', async (_, mode, from) => {
  const work = await workFor(mode, from, set(), means());
  expect(work).toMatchObject({ size, source: null });
  const drawn = plain(size, 9);
  expect(await work.finish(drawn)).toBe(drawn);
});

test('a picture is drawn anew at the size that is set, with the strength', async () => {
  const at = { width: 64, height: 128 };
  const work = await workFor('image', photo(), set({ ...at, strength: 0.4 }), means());
  expect(work.size).toEqual(at);
  expect(work.source).toEqual({ kind: 'image', pixels: plain(at, 255), strength: 0.4 });
  const drawn = plain(at, 9);
  expect(await work.finish(drawn)).toBe(drawn);
});

test('a picture is changed by words at the size that is set, with the image guidance', async () => {
  const from = photo();
  const { source } = await workFor('instruct', from, set({ imageGuidance: 1.8 }), means());
  expect(source).toEqual({ kind: 'instruct', pixels: from.pixels, imageGuidance: 1.8 });
});

test('at its own size the engine gets the very pixels, the blurred mask and the settings', async () => {
  const from = photo();
  const settings = set({ strength: 0.6, content: 'latent noise', soft: false });
  const work = await workFor('inpaint', from, settings, means());
  const { mask, pixels, ...how } = inpaintOf(work.source);
  expect(work.size).toEqual(size);
  expect([...pixels.rgba]).toEqual([...from.pixels.rgba]);
  expect(how).toEqual({ kind: 'inpaint', strength: 0.6, content: 'latent noise', soft: false });

  const along = (x: number) => mask[32 * size.width + x] ?? 0;
  expect([along(hole.x - reachOf(4) - 1), along(hole.x + 20)]).toEqual([0, 255]);
  expect(along(hole.x - 1)).toBeGreaterThan(100);
  expect(along(hole.x)).toBeLessThan(155);
});

test('where the mask is 0 the bytes stay as they were, where it is 255 they are those drawn', async () => {
  const from = photo();
  const work = await workFor('inpaint', from, set(), means());
  const { mask } = inpaintOf(work.source);
  const drawn = plain(size, 7);
  const whole = await work.finish(drawn);
  const [kept, full, grey] = [
    places(mask, (a) => a === 0),
    places(mask, (a) => a === 255),
    places(mask, (a) => a > 20 && a < 235),
  ];
  expect(compared(whole, from.pixels, kept)).toEqual({ same: kept.length, different: 0 });
  expect(compared(whole, drawn, full)).toEqual({ same: full.length, different: 0 });
  expect([compared(whole, from.pixels, grey).same, compared(whole, drawn, grey).same]).toEqual([0, 0]);
  expect(Math.min(kept.length, full.length, grey.length)).toBeGreaterThan(50);
});

test('the result has the picture’s size, though it was drawn at another', async () => {
  const from = photo();
  const half = { width: 48, height: 32 };
  const { mask } = means();
  const work = await workFor('inpaint', from, set({ ...half, maskBlur: 0 }), means({ sides: sidesOf(4) }));
  const { mask: small, pixels } = inpaintOf(work.source);
  expect([work.size, pixels.width, small.length]).toEqual([half, 48, 48 * 32]);
  const whole = await work.finish(plain(half, 7));
  expect(whole).toMatchObject(size);
  const [kept, full] = [places(mask.alpha, (a) => a === 0), places(mask.alpha, (a) => a === 255)];
  expect(compared(whole, from.pixels, kept)).toEqual({ same: kept.length, different: 0 });
  expect(compared(whole, plain(size, 7), full)).toEqual({ same: full.length, different: 0 });
});

test('only the masked part is worked on, with what is around it; outside nothing changes', async () => {
  const [large, part] = [
    { width: 200, height: 160 },
    { x: 100, y: 90, width: 20, height: 16 },
  ];
  const [from, mask] = [photo(large), maskOf(large, part)];
  const settings = set({ width: 72, height: 72, area: 'masked', padding: 8, maskBlur: 2 });
  const asked: Rect[] = [];
  const scale: Means['scale'] = (pixels, of, to) => {
    asked.push(of);
    return pictures.scale(pixels, of, to);
  };
  const work = await workFor('inpaint', from, settings, means({ mask, scale }));
  // The blur reaches 5 px farther than the mask, and 8 px are around that; 46 × 42 becomes a square.
  const box = { x: 87, y: 75, width: 46, height: 46 };
  expect(planOf({ x: 95, y: 85, width: 30, height: 26 }, large, settings, sidesOf(8)).box).toEqual(box);
  expect(asked).toEqual([box, box]);
  expect(work.size).toEqual({ width: 72, height: 72 });
  expect(inpaintOf(work.source).pixels).toEqual(await pictures.scale(from.pixels, box, work.size));

  const whole = await work.finish(plain(work.size, 7));
  const outside = places(mask.alpha, (_, i) => {
    const [x, y] = [(i % large.width) - box.x, Math.floor(i / large.width) - box.y];
    return x < 0 || y < 0 || x >= box.width || y >= box.height;
  });
  expect(compared(whole, from.pixels, outside)).toEqual({ same: 200 * 160 - 46 * 46, different: 0 });
  expect(bytes(whole, 98 * large.width + 110)).toBe('7,7,7,255');
});

test('“Inpaint not masked” changes what is not masked', async () => {
  const from = photo();
  const work = await workFor('inpaint', from, set({ maskMode: 'rest', maskBlur: 0 }), means());
  const { mask } = means();
  expect([...inpaintOf(work.source).mask]).toEqual([...mask.alpha].map((a) => 255 - a));
  const whole = await work.finish(plain(size, 7));
  const kept = places(mask.alpha, (a) => a === 255);
  expect(compared(whole, from.pixels, kept)).toEqual({ same: kept.length, different: 0 });
  expect(bytes(whole, 0)).toBe('7,7,7,255');
});

test.each([
  ['an empty mask', 'inpaint', 'masked', { ...hole, width: 0 }],
  ['a full mask that shall be kept', 'inpaint', 'rest', { x: 0, y: 0, ...size }],
  ['a frame that goes nowhere', 'outpaint', 'masked', hole],
] as const)('%s leaves nothing to do, and that is said', async (_, mode, maskMode, part) => {
  const work = workFor(mode, photo(), set({ maskMode }), means({ mask: maskOf(size, part) }));
  await expect(work).rejects.toBeInstanceOf(DrobeError);
  await expect(work).rejects.toMatchObject({ code: 'bad-request' });
});

test('outpainting goes on beyond the edges and leaves the picture alone but for a feather’s width', async () => {
  const from = photo();
  const margins = { left: 16, right: 48, top: 0, bottom: 32 };
  const framed = { width: 160, height: 96 };
  const settings = set({
    ...framed,
    outpaintStrength: 0.95,
    strength: 0.3,
    content: 'original',
    feather: 10,
  });
  const work = await workFor('outpaint', from, settings, means({ margins }));
  const { pixels, mask, ...how } = inpaintOf(work.source);
  expect(work.size).toEqual(framed);
  expect(pixels).toMatchObject(framed);
  expect(how).toEqual({ kind: 'inpaint', strength: 0.95, content: 'fill', soft: true });

  const drawn = plain(framed, 7);
  const whole = await work.finish(drawn);
  expect(whole).toMatchObject(framed);
  const ground = { ...framed, rgba: new Uint8ClampedArray(4 * 160 * 96) };
  for (let y = 0; y < size.height; y++) {
    const row = from.pixels.rgba.subarray(4 * y * size.width, 4 * (y + 1) * size.width);
    ground.rgba.set(row, 4 * (y * framed.width + margins.left));
  }
  // The top edge is the picture's own: no feather there.
  const inner = places(mask, (_, i) => {
    const [x, y] = [(i % 160) - margins.left, Math.floor(i / 160)];
    return x >= 10 && x < 96 - 10 && y < 64 - 10;
  });
  const beyond = places(mask, (_, i) => i % 160 < 16 || i % 160 >= 16 + 96 || i >= 64 * 160);
  expect(compared(whole, ground, inner)).toEqual({ same: 76 * 54, different: 0 });
  expect(compared(whole, drawn, beyond)).toEqual({ same: 160 * 96 - 96 * 64, different: 0 });
});

test.each([
  [{ width: 256, height: 176 }, 'kept'],
  [{ width: 256, height: 160 }, 'kept'],
  [{ width: 256, height: 256 }, 'replaced'],
  [{ width: 256, height: 152 }, 'replaced'],
])('for a picture of 480 × 320 the size %o is %s', async (wish, fate) => {
  const large = { width: 480, height: 320 };
  const work = await workFor('inpaint', photo(large), set(wish), means({ mask: maskOf(large, hole) }));
  const { width, height } = work.size;
  expect(work.size.width === wish.width && work.size.height === wish.height).toBe(fate === 'kept');
  expect([width % 8, height % 8]).toEqual([0, 0]);
  expect(Math.abs(Math.log(width / height / 1.5))).toBeLessThan(Math.log(1.1));
  expect(Math.abs(Math.log((width * height) / (wish.width * wish.height)))).toBeLessThan(Math.log(1.1));
  expect(inpaintOf(work.source).pixels).toMatchObject(work.size);
});

test('clear parts are white to the model, and stay clear byte for byte where nothing is masked', async () => {
  const from = photo();
  for (let i = 0; i < from.pixels.rgba.length; i += 8) from.pixels.rgba[i + 3] = 0;
  const work = await workFor('inpaint', from, set({ maskBlur: 0 }), means());
  const seen = inpaintOf(work.source).pixels;
  expect([bytes(seen, 0), bytes(seen, 1)]).toEqual(['255,255,255,255', bytes(from.pixels, 1)]);
  const whole = await work.finish(plain(size, 7));
  const { alpha } = means().mask;
  const [kept, full] = [places(alpha, (a) => a === 0), places(alpha, (a) => a === 255)];
  expect(compared(whole, from.pixels, kept)).toEqual({ same: kept.length, different: 0 });
  expect(compared(whole, plain(size, 7), full)).toEqual({ same: full.length, different: 0 });

  const wider = await workFor(
    'outpaint',
    from,
    set({ feather: 0 }),
    means({ margins: { ...none, left: 32 } }),
  );
  const { rgba, width } = await wider.finish(plain(wider.size, 7));
  expect([...rgba.subarray(4 * 32, 4 * 32 + 8)]).toEqual([...from.pixels.rgba.subarray(0, 8)]);
  expect([width, rgba[3]]).toEqual([size.width + 32, 255]);
});
