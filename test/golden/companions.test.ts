/** What goes with the bundled model draws in the app what models/train draws with it in PyTorch. */
import { PNG } from 'pngjs';
import { beforeAll, expect, it } from 'vitest';
import { canny } from '../../src/canvas/hints/canny';
import { embeddingWords } from '../../src/nets/detect/embedding';
import { embeddingOf } from '../../src/pipeline/files/embedding';
import type { Checkpoint } from '../../src/pipeline/checkpoint';
import { enlargedPicture } from '../../src/pipeline/enlarging/enlarge';
import type { Control, Job, Pixels, Source } from '../../src/pipeline/job';
import { useOf } from '../../src/pipeline/files/lora';
import { OpenUpscaler } from '../../src/pipeline/enlarging/upscaler';
import { inNormalForm } from '../../src/nets/names/normal-form';
import { wasmMachine } from '../../src/runtime/device';
import { Sessions } from '../../src/runtime/session';
import type { Tokenizer } from '../../src/text/windows';
import { memorySource } from '../../src/weights/source';
import { headerOf } from '../safetensors';
import { jobWith } from '../job';
import { bundled, draw, expectSame, openCheckpoint, servedTokenizer } from './drawing';
import { goldenBytes, goldenJson, present } from './root';
import { tuned } from './runtime';
import { pictureDifference } from './tensors';

const reference = (name: string): Uint8Array => goldenBytes(`companions/${name}.png`);

interface Facts {
  readonly prompts: Readonly<Record<'lora' | 'embedding' | 'instruct' | 'inpaint' | 'control', string>>;
  readonly steps: number;
  readonly guidance: number;
  readonly imageGuidance: number;
  readonly seed: number;
}

const test = it.runIf(present('companions'));
let facts: Facts;
let tokenizer: Tokenizer;
/** The bundled model, for what leaves its nets as they are. */
let unchanged: Checkpoint;
beforeAll(async () => {
  facts = goldenJson('companions/cases.json') as Facts;
  tokenizer = await servedTokenizer();
  unchanged = await openCheckpoint(await bundled('mini-sd.safetensors'));
});

function jobOf(what: keyof Facts['prompts'], source: Source | null = null): Job {
  const { prompts, steps, guidance, seed } = facts;
  const size = { width: 96, height: 96 };
  const how = { steps, guidance, seed, sampler: 'DDIM' };
  return jobWith({ prompt: prompts[what], ...size, ...how, source });
}

const pngOf = (name: string) => PNG.sync.read(Buffer.from(reference(name)));

function picture(name: string): Pixels {
  const { width, height, data } = pngOf(name);
  return { width, height, rgba: Uint8ClampedArray.from(data) };
}

async function addon(name: string) {
  const file = await bundled(name);
  return { header: await headerOf(file), source: memorySource(file) };
}

test('the LoRA, all of whose modules have their place', async () => {
  const file = await bundled('mini-sd.safetensors');
  const checkpoint = await openCheckpoint(file);
  const lora = { name: 'outline', ...(await addon('loras/outline.safetensors')), unet: 1, text: 1 };
  const { tensors } = inNormalForm((await headerOf(file)).tensors);
  const { modules, used } = useOf(lora.header, tensors);
  expect(used).toBe(modules);

  await checkpoint.useLoras('outline', () => Promise.resolve([lora]));
  expectSame('LoRA', (await draw(checkpoint, tokenizer, jobOf('lora'))).picture, reference('lora'));
});

test('the embedding, by its word', async () => {
  const { header, source } = await addon('embeddings/teal.safetensors');
  const [word] = embeddingWords(header.tensors);
  const from = { file: 'teal.safetensors', header, source, tensors: word!.tensors };
  const embedding = embeddingOf('teal', [from], unchanged.model)!; // it fits, or the test ends here
  const { picture } = await draw(unchanged, tokenizer, jobOf('embedding'), [embedding]);
  expectSame('embedding', picture, reference('embedding'));
});

test('instructions', async () => {
  const checkpoint = await openCheckpoint(await bundled('mini-sd-instruct.safetensors'));
  const pixels = picture('before');
  const job = jobOf('instruct', { kind: 'instruct', pixels, imageGuidance: facts.imageGuidance });
  expectSame('instructions', (await draw(checkpoint, tokenizer, job)).picture, reference('instruct'));
});

// The app samples what the VAE takes the picture for, as diffusers does; models/train takes the mean.
test('inpainting', async () => {
  const checkpoint = await openCheckpoint(await bundled('mini-sd-inpainting.safetensors'));
  const mask = Uint8Array.from(picture('mask').rgba.filter((_, i) => i % 4 === 0));
  const source = { kind: 'inpaint', pixels: picture('before'), strength: 1, mask } as const;
  const job = jobOf('inpaint', { ...source, content: 'original', soft: false });
  expectSame('inpainting', (await draw(checkpoint, tokenizer, job)).picture, reference('inpaint'));
});

test('the edges that the ControlNet was trained on are those that hints are made of', () => {
  const colours = (pixels: Pixels) => pixels.rgba.filter((_, i) => i % 4 === 0);
  expect(canny(picture('before'), 100, 200)).toEqual(Uint8Array.from(colours(picture('hint'))));
});

test('the ControlNet', async () => {
  const name = 'controlnets/mini-sd-canny.safetensors';
  const net = { name, ...(await addon(name)) };
  await unchanged.controls.use([name], () => Promise.resolve(net));
  const all: Omit<Control, 'hint'> = { model: name, weight: 1, start: 0, end: 1, mode: 'balanced' };
  const job = { ...jobOf('control'), controls: [{ ...all, hint: picture('hint') }] };
  expectSame('ControlNet', (await draw(unchanged, tokenizer, job)).picture, reference('control'));
});

test('the upscaler', async () => {
  const name = 'upscalers/mini-compact-x4.safetensors';
  const { header, source } = await addon(name);
  const upscaler = new OpenUpscaler(name, header, source, wasmMachine(new Sessions(tuned)));
  const run = enlargedPicture(picture('before'), { width: 384, height: 384 }, upscaler, () => undefined);
  let step = await run.next();
  while (!step.done) step = await run.next();
  await upscaler.release();
  const { mean, worst } = pictureDifference(step.value.rgba, pngOf('enlarged').data);
  console.info(`upscaler: mean ${mean.toFixed(4)}, worst ${worst} of 255`);
  expect(worst).toBeLessThanOrEqual(1);
});
