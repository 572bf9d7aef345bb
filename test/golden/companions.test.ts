/** What goes with the bundled model draws in the app what models/train draws with it in PyTorch. */
import { PNG } from 'pngjs';
import { beforeAll, expect, it } from 'vitest';
import { embeddingWords } from '../../src/nets/embedding';
import { embeddingOf } from '../../src/pipeline/embedding';
import { useOf } from '../../src/pipeline/lora';
import type { Job, Pixels, Source } from '../../src/pipeline/job';
import { inNormalForm } from '../../src/nets/names/normal-form';
import type { Tokenizer } from '../../src/text/windows';
import { readHeader } from '../../src/weights/safetensors';
import { memorySource } from '../../src/weights/source';
import { jobWith } from '../job';
import { bundled, draw, expectSame, openCheckpoint, servedTokenizer } from './drawing';
import { goldenBytes, goldenJson, present } from './root';

const reference = (name: string): Uint8Array => goldenBytes(`companions/${name}.png`);

interface Facts {
  readonly prompts: Readonly<Record<'lora' | 'embedding' | 'instruct' | 'inpaint', string>>;
  readonly steps: number;
  readonly guidance: number;
  readonly imageGuidance: number;
  readonly seed: number;
}

const test = it.runIf(present('companions'));
let facts: Facts;
let tokenizer: Tokenizer;
beforeAll(async () => {
  facts = goldenJson('companions/cases.json') as Facts;
  tokenizer = await servedTokenizer();
});

function jobOf(what: keyof Facts['prompts'], source: Source | null = null): Job {
  const { prompts, steps, guidance, seed } = facts;
  const size = { width: 96, height: 96 };
  const how = { steps, guidance, seed, sampler: 'DDIM' };
  return jobWith({ prompt: prompts[what], ...size, ...how, source });
}

function picture(name: string): Pixels {
  const { width, height, data } = PNG.sync.read(Buffer.from(reference(name)));
  return { width, height, rgba: Uint8ClampedArray.from(data) };
}

async function addon(name: string) {
  const file = await bundled(name);
  return { header: await readHeader(new Blob([file])), source: memorySource(file) };
}

test('the LoRA, all of whose modules have their place', async () => {
  const file = await bundled('mini-sd.safetensors');
  const checkpoint = await openCheckpoint(file);
  const lora = { name: 'outline', ...(await addon('loras/outline.safetensors')), unet: 1, text: 1 };
  const { tensors } = inNormalForm((await readHeader(new Blob([file]))).tensors);
  const { modules, used } = useOf(lora.header, tensors);
  expect(used).toBe(modules);

  await checkpoint.useLoras('outline', () => Promise.resolve([lora]));
  expectSame('LoRA', (await draw(checkpoint, tokenizer, jobOf('lora'))).picture, reference('lora'));
});

test('the embedding, by its word', async () => {
  const checkpoint = await openCheckpoint(await bundled('mini-sd.safetensors'));
  const { header, source } = await addon('embeddings/teal.safetensors');
  const [word] = embeddingWords(header.tensors);
  const from = { file: 'teal.safetensors', header, source, tensors: word!.tensors };
  const embedding = embeddingOf('teal', [from], checkpoint.model)!; // it fits, or the test ends here
  const { picture } = await draw(checkpoint, tokenizer, jobOf('embedding'), [embedding]);
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
