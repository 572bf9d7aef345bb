import { expect, test } from 'vitest';
import { maxSeed } from '../../../../src/sampling/seed';
import { mend } from '../../../../src/ui/settings/mend';
import { initial, modesOf, type Mode, type Settings } from '../../../../src/ui/settings/settings';
import { modelOf } from '../fake';

/** What becomes of these fields when they are found in storage. */
const mended = (found: object): Settings => mend({ ...initial, ...found });

test('the defaults are in range themselves', () => {
  expect(mend(initial)).toEqual(initial);
});

test('inpainting begins with the defaults of A1111', () => {
  expect(initial).toMatchObject({
    maskBlur: 4,
    maskMode: 'masked',
    content: 'original',
    area: 'whole',
    padding: 32,
    strength: 0.75,
  });
});

test('what is in range stays as it was', () => {
  const found: Settings = {
    ...initial,
    model: 'm',
    backend: 'wasm',
    prompt: 'a cat',
    negative: 'a dog',
    width: 48,
    height: 2048,
    steps: 150,
    guidance: 7.35,
    sampler: 'DDIM',
    spacing: 'linspace',
    seed: String(maxSeed),
    count: 16,
    strength: 1,
    outpaintStrength: 0.05,
    imageGuidance: 3,
    maskBlur: 0,
    maskMode: 'rest',
    content: 'latent nothing',
    area: 'masked',
    padding: 256,
    soft: false,
    feather: 0,
  };
  expect(mend(found)).toEqual(found);
});

test.each([
  ['strength', 0, 1.05],
  ['outpaintStrength', 0, 1.05],
  ['imageGuidance', 0.95, 3.05],
  ['maskBlur', -1, 65],
  ['padding', -4, 260],
  ['feather', -1, 129],
] as const)('%s falls back to its default at %d and at %d', (name, below, above) => {
  for (const value of [below, above, NaN, Infinity]) {
    expect(mended({ [name]: value })[name]).toBe(initial[name]);
  }
});

test.each([
  ['width', 48, 2048],
  ['height', 48, 2048],
  ['steps', 1, 150],
  ['guidance', 0, 30],
  ['count', 1, 16],
] as const)(
  '%s is brought into range, from %d to %d, and falls back where it is no number',
  (name, min, max) => {
    expect(mended({ [name]: -1e12 })[name]).toBe(min);
    expect(mended({ [name]: 1e12 })[name]).toBe(max);
    expect(mended({ [name]: NaN })[name]).toBe(initial[name]);
  },
);

test('what is counted is a whole number', () => {
  expect(mended({ steps: 20.4, count: 2.6 })).toMatchObject({ steps: 20, count: 3 });
});

// Every object has a "constructor", but no setting is called so.
test.each(['maskMode', 'content', 'area', 'backend', 'sampler', 'spacing'] as const)(
  'a name that %s does not know falls back to its default',
  (name) => {
    for (const value of ['nonsense', '', 'constructor']) {
      expect(mended({ [name]: value })[name]).toBe(initial[name]);
    }
  },
);

test('a field that falls back leaves the others alone', () => {
  expect(mended({ content: 'nonsense', area: 'masked', padding: -1, maskBlur: 9 })).toEqual({
    ...initial,
    area: 'masked',
    maskBlur: 9,
  });
});

test.each<[kind: 'base' | 'inpaint' | 'instruct', modes: Mode[]]>([
  ['base', ['text', 'image', 'inpaint', 'outpaint']],
  ['inpaint', ['inpaint', 'outpaint', 'image', 'text']],
  ['instruct', ['instruct']],
])('a model of the kind %s can do %j', (kind, modes) => {
  expect(modesOf(modelOf(kind).facts)).toEqual(modes);
});
