/** Whole pictures in Node, on the wasm backend, and how they compare with diffusers' own. */
import { readFile } from 'node:fs/promises';
import { PNG } from 'pngjs';
import { expect, vi } from 'vitest';
import type { Model } from '../../src/nets/model';
import { Checkpoint } from '../../src/pipeline/checkpoint';
import type { Embedding } from '../../src/pipeline/files/embedding';
import { generate } from '../../src/pipeline/generate';
import { inspect } from '../../src/pipeline/files/inspect';
import type { Job, Picture, Progress } from '../../src/pipeline/job';
import { wasmMachine } from '../../src/runtime/device';
import type { Patch } from '../../src/runtime/tensor-bytes';
import type { OrtModule } from '../../src/runtime/ort';
import { Sessions } from '../../src/runtime/session';
import type { Tokenizer } from '../../src/text/windows';
import { t5Tokenizer } from '../../src/text/t5';
import { loadTokenizer } from '../../src/text/tokenizer';
import type { Header } from '../../src/weights/safetensors';
import { memorySource } from '../../src/weights/source';
import { headerOf } from '../safetensors';
import { goldenBytes } from './root';
import { untuned } from './runtime';
import { pictureDifference } from './tensors';

/** What the mean difference of a picture's bytes from diffusers' picture may be, by the net that predicts. */
const tolerances: Readonly<Record<Model['denoiser']['net'], number>> = { unet: 0.5, mmdit: 0.1 };

/** A file of the models that come with the app. */
export const bundled = async (name: string): Promise<Uint8Array<ArrayBuffer>> =>
  Uint8Array.from(await readFile(new URL(`../../models/${name}`, import.meta.url)));

/** The tokenizer that golden models with a T5 were run with. */
export const goldenT5 = (): Promise<Tokenizer> =>
  (t5 ??= t5Tokenizer(new TextDecoder().decode(goldenBytes('t5_tokenizer/tokenizer.json'))));
let t5: Promise<Tokenizer> | undefined;

/** The app's tokenizer, from the files that the app is served with. */
export const servedTokenizer = (): Promise<Tokenizer> => (served ??= readTokenizer());
let served: Promise<Tokenizer> | undefined;

async function readTokenizer(): Promise<Tokenizer> {
  vi.stubGlobal('fetch', async (url: string) => {
    return new Response(
      await readFile(new URL(`../../public/${url.replace('app://', '')}`, import.meta.url)),
    );
  });
  return loadTokenizer('app://').finally(() => vi.unstubAllGlobals());
}

/**
 * The model as one of full size, whose steps are shown by a projection of their latents: a miniature's are decoded by its VAE,
 * each of them, which takes longer than the steps themselves. Pictures are the same.
 */
export const withoutPreviews = (model: Model): Model => ({ ...model, miniature: false });

interface Ways {
  /** `untuned` where nothing is said: each net of a picture is compared with others' numbers by itself, tuned. */
  readonly runtime?: OrtModule;
  /** Whether steps are decoded, as those of a miniature are in the app. */
  readonly previews?: boolean;
  /** Changes to its weights on their way. */
  readonly patches?: ReadonlyMap<string, Patch>;
  /** The file as another one: with fewer blocks, where it does not matter what is drawn. */
  readonly as?: (header: Header) => Header;
}

export async function openCheckpoint(
  file: Uint8Array<ArrayBuffer>,
  { runtime = untuned, previews = false, patches = new Map(), as = (header) => header }: Ways = {},
): Promise<Checkpoint> {
  const { model, tensors } = inspect(as(await headerOf(file)));
  const weights = { tensors, source: memorySource(file), patches };
  const machine = wasmMachine(new Sessions(runtime));
  return new Checkpoint(previews ? model : withoutPreviews(model), weights, machine);
}

export async function draw(
  checkpoint: Checkpoint,
  tokenizer: Tokenizer,
  job: Job,
  embeddings: readonly Embedding[] = [],
  t5?: Tokenizer,
): Promise<{ picture: Picture; told: Progress[] }> {
  const told: Progress[] = [];
  const run = generate(job, {
    checkpoint,
    tokenizer,
    ...(t5 && { t5 }),
    embeddings,
    report: (progress) => told.push(progress),
  });
  for (;;) {
    const { done, value } = await run.next();
    if (done) return { picture: value, told };
    told.push(value);
  }
}

export function expectSame(
  what: string,
  picture: Picture,
  png: Uint8Array,
  net: keyof typeof tolerances = 'unet',
): void {
  const expected = PNG.sync.read(Buffer.from(png));
  expect([picture.width, picture.height]).toEqual([expected.width, expected.height]);
  const { mean, worst } = pictureDifference(picture.rgba, expected.data);
  const step = picture.milliseconds.steps.reduce((a, b) => a + b, 0) / picture.milliseconds.steps.length;
  console.info(`${what}: mean ${mean.toFixed(4)}, worst ${worst} of 255; ${step.toFixed(0)} ms a step`);
  expect(mean).toBeLessThan(tolerances[net]);
}
