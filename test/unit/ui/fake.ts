/** An engine for tests: every call is a plain generator, given as an override. */
import type { Rect, Size } from '../../../src/canvas/crop';
import type { MaskFile } from '../../../src/canvas/mask-file';
import type { Mask } from '../../../src/canvas/pixels';
import type { EngineApi, Job, ModelEntry, ModelFacts, Picture, Pixels } from '../../../src/engine/api';
import type { Remote } from '../../../src/engine/rpc';
import { DrobeError } from '../../../src/errors';
import { fittedHint, hintOf, shownTo } from '../../../src/ui/control/hint';
import type { HintSteps } from '../../../src/ui/control/orders';
import { MaskBoard } from '../../../src/ui/paint/board.svelte';
import type { Original } from '../../../src/ui/files/picture';
import type { KeyValueStorage } from '../../../src/ui/settings/persisted.svelte';
import { Studio } from '../../../src/ui/make/studio.svelte';
import type { UsableModel } from '../../../src/ui/models/entries';

// oxlint-disable-next-line require-yield -- a call that only fails
async function* missing(): AsyncGenerator<never, never, void> {
  throw new Error('not in this test');
}

export const engine = (calls: Partial<Remote<EngineApi>>): Remote<EngineApi> => ({
  device: missing,
  models: missing,
  gather: missing,
  annotate: missing,
  install: missing,
  link: missing,
  filesOf: missing,
  look: missing,
  download: missing,
  unfinished: missing,
  discard: missing,
  storage: missing,
  verify: missing,
  rename: missing,
  repair: missing,
  contents: missing,
  lacking: missing,
  countTokens: missing,
  inspect: missing,
  uses: missing,
  remove: missing,
  prepare: missing,
  generate: missing,
  hint: missing,
  enlarge: missing,
  breakOff: missing,
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

/** A miniature of another kind. */
export const modelOf = (kind: ModelFacts['kind']): UsableModel => ({
  ...miniature,
  id: kind,
  facts: { ...miniature.facts, kind },
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

/** A picture of one grey. */
export const plain = ({ width, height }: Size, grey: number): Pixels => ({
  width,
  height,
  rgba: Uint8ClampedArray.from({ length: 4 * width * height }, (_, i) => (i % 4 === 3 ? 255 : grey)),
});

/** A picture whose pixels differ from those around them, and from `plain` ones. */
export const motley = ({ width, height }: Size): Pixels => ({
  width,
  height,
  rgba: Uint8ClampedArray.from({ length: 4 * width * height }, (_, i) =>
    i % 4 === 3 ? 255 : 20 + ((i * 37) % 211),
  ),
});

/** A mask that is white in one part. */
export function maskOf({ width, height }: Size, part: Rect): Mask {
  const alpha = new Uint8Array(width * height);
  for (let y = part.y; y < part.y + part.height; y++) {
    alpha.fill(255, y * width + part.x, y * width + part.x + part.width);
  }
  return { width, height, alpha };
}

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
  whole: async ({ pixels, width, height }: Original): Promise<Pixels> =>
    pixels ?? { width, height, rgba: new Uint8ClampedArray(width * height * 4).fill(255) },
  /** A file holds what each pixel of the mask is. */
  async readMask(file: File, { width, height }: Size): Promise<MaskFile> {
    const value = Number(await file.text());
    if (!Number.isFinite(value)) throw new DrobeError('image-unreadable', { kind: '' });
    return { width, height, alpha: new Uint8Array(width * height).fill(value), reading: 'white' };
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

/** Hints are made at once, and here. */
export const hints: HintSteps = {
  hint: async (order) => hintOf(order),
  shown: async (order) => shownTo(order),
  fitted: async (made, order) => fittedHint(made, order),
};

/** localStorage by another name. */
export function fakeStorage(
  items: Record<string, string> = {},
): KeyValueStorage & { items: Record<string, string> } {
  return {
    items,
    getItem: (key) => items[key] ?? null,
    setItem: (key, value) => void (items[key] = value),
  };
}

/** An empty mask of 60 × 40 pixels, and a hard brush of 4. */
export function boardWith(
  read: typeof pictures.readMask = (...asked) => pictures.readMask(...asked),
  items: Record<string, string> = {},
) {
  const board = new MaskBoard(fakeStorage(items), read);
  board.open({ width: 60, height: 40 });
  board.size = 4;
  return board;
}

/** What an aborted engine call throws. */
export const stopped = () => new DOMException('stopped', 'AbortError');

/** A studio that remembers what the engine was asked for; it draws one grey. */
export function studioAtWork(
  model = miniature,
  generate: Remote<EngineApi>['generate'] = drawGrey,
  here: () => readonly ModelEntry[] = () => [],
) {
  const jobs: Job[] = [];
  const studio = new Studio(
    engine({
      generate: (signal, job) => {
        jobs.push(job);
        return generate(signal, job);
      },
    }),
    here,
    { storage: fakeStorage(), database: null, pictures, hints, now: () => 0, seed: () => 7 },
  );
  studio.chosen.adopt(model);
  return { studio, jobs };
}

export const drawGrey: Remote<EngineApi>['generate'] = async function* (_, job) {
  yield { kind: 'encoding', what: 'picture' };
  return { ...picture(job), ...plain(job, 99) };
};

/** A file that holds a picture of this size. */
export const pictureFile = (size = '64x48', name = 'photo.jpg') =>
  new File([size], name, { type: 'image/jpeg' });

/** A promise and the key to it. */
export function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

export const turn = () => new Promise<void>((resolve) => setTimeout(resolve));
