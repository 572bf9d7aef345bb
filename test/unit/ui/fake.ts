/** An engine for tests: every call is a plain generator, given as an override. */
import type { Rect, Size } from '../../../src/canvas/crop';
import type { EngineApi, Job, ModelEntry, Picture, Pixels } from '../../../src/engine/api';
import type { Remote } from '../../../src/engine/rpc';
import { DrobeError } from '../../../src/errors';
import type { Original } from '../../../src/ui/picture';
import type { Shelf } from '../../../src/ui/persisted.svelte';
import type { UsableModel } from '../../../src/ui/studio.svelte';

// eslint-disable-next-line require-yield -- a call that only fails
async function* missing(): AsyncGenerator<never, never, void> {
  throw new Error('not in this test');
}

export const engine = (calls: Partial<Remote<EngineApi>>): Remote<EngineApi> => ({
  device: missing,
  models: missing,
  install: missing,
  remove: missing,
  generate: missing,
  ...calls,
});

export const miniature: UsableModel = {
  id: 'mini',
  file: 'mini-sd.safetensors',
  bytes: 29_678_606,
  origin: 'served',
  facts: {
    family: 'Stable Diffusion 1.x',
    kind: 'base',
    title: 'mini-sd',
    dtype: 'F16',
    multiple: 4,
    defaults: { width: 48, height: 48, steps: 20, guidance: 5, sampler: 'DDIM', spacing: 'leading' },
    examples: ['red apple'],
    unused: [],
    miniature: true,
  },
};

export const full = (id = 'full'): UsableModel => ({
  ...miniature,
  id,
  file: `${id}.safetensors`,
  origin: 'stored',
  facts: {
    ...miniature.facts,
    multiple: 8,
    defaults: { width: 512, height: 512, steps: 25, guidance: 7, sampler: 'Euler a', spacing: 'trailing' },
    miniature: false,
  },
});

export const broken: ModelEntry = {
  id: 'broken',
  file: 'broken.safetensors',
  bytes: 12,
  origin: 'served',
  problem: { code: 'bad-header', facts: { reason: 'not JSON' } },
};

export const picture = (job: Job): Picture => ({
  width: 2,
  height: 1,
  rgba: Uint8ClampedArray.of(255, 0, 0, 255, 0, 128, 255, 255),
  job,
  milliseconds: { encode: 1, steps: [2, 2], decode: 3 },
});

export const original = (width: number, height: number, name = 'photo.jpg'): Original => ({
  name,
  width,
  height,
  blob: new Blob(),
  pixels: null,
});

/** The platform's decoder: a file holds its size as text ("3024x4032"), and is drawn as one colour. */
export const pictures = {
  async read(file: File): Promise<Original> {
    const [width, height] = (await file.text()).split('x').map(Number);
    if (!width || !height) throw new DrobeError('image-unreadable', { kind: '' });
    return original(width, height, file.name);
  },
  draw: async ({ pixels }: Original, { width, height }: Size): Promise<Pixels> =>
    pixels?.width === width && pixels.height === height
      ? pixels
      : { width, height, rgba: new Uint8ClampedArray(width * height * 4).fill(255) },
  /** A file holds what each pixel of the mask is. */
  async readMask(file: File, { width, height }: Size): Promise<Uint8Array<ArrayBuffer>> {
    const value = Number(await file.text());
    if (!Number.isFinite(value)) throw new DrobeError('image-unreadable', { kind: '' });
    return new Uint8Array(width * height).fill(value);
  },
  /** Nearest neighbour. */
  async scale(pixels: Pixels, part: Rect, { width, height }: Size): Promise<Pixels> {
    const rgba = new Uint8ClampedArray(4 * width * height);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const row = part.y + Math.floor((y * part.height) / height);
        const at = 4 * (row * pixels.width + part.x + Math.floor((x * part.width) / width));
        rgba.set(pixels.rgba.subarray(at, at + 4), 4 * (y * width + x));
      }
    }
    return { width, height, rgba };
  },
};

/** localStorage by another name. */
export function shelf(items: Record<string, string> = {}): Shelf & { items: Record<string, string> } {
  return {
    items,
    getItem: (key) => items[key] ?? null,
    setItem: (key, value) => void (items[key] = value),
  };
}

/** What an aborted engine call throws. */
export const stopped = () => new DOMException('stopped', 'AbortError');

/** A promise and the key to it. */
export function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

export const turn = () => new Promise<void>((resolve) => setTimeout(resolve));
