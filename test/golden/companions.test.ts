/** What goes with the bundled model draws in the app what models/train draws with it in PyTorch. */
import { readFile } from 'node:fs/promises';
import { PNG } from 'pngjs';
import { beforeAll, expect, it } from 'vitest';
import { embeddingOf } from '../../src/pipeline/embedding';
import { patchesOf } from '../../src/pipeline/lora';
import type { Job, Pixels, Source } from '../../src/pipeline/job';
import { loraModules } from '../../src/nets/lora';
import type { Tokenizer } from '../../src/text/prompt';
import { readHeader } from '../../src/weights/safetensors';
import { memorySource } from '../../src/weights/source';
import { bytes, draw, expectSame, openCheckpoint, servedTokenizer } from './drawing';

const models = new URL('../../models/', import.meta.url);
const modelFile = async (name: string): Promise<Uint8Array<ArrayBuffer>> =>
  Uint8Array.from(await readFile(new URL(name, models)));
const reference = (name: string): Promise<Uint8Array> => bytes(`companions/${name}.png`);

interface Facts {
  readonly prompts: Readonly<Record<'lora' | 'embedding' | 'instruct' | 'inpaint', string>>;
  readonly steps: number;
  readonly guidance: number;
  readonly imageGuidance: number;
  readonly seed: number;
}

let facts: Facts;
let tokenizer: Tokenizer;
beforeAll(async () => {
  facts = JSON.parse(new TextDecoder().decode(await bytes('companions/cases.json'))) as Facts;
  tokenizer = await servedTokenizer();
});

function jobOf(what: keyof Facts['prompts'], source: Source | null = null): Job {
  const { prompts, steps, guidance, seed } = facts;
  const size = { width: 96, height: 96 };
  const how = { steps, guidance, seed, sampler: 'DDIM', spacing: 'leading' } as const;
  return { prompt: prompts[what], negative: '', ...size, ...how, source };
}

async function picture(name: string): Promise<Pixels> {
  const { width, height, data } = PNG.sync.read(Buffer.from(await reference(name)));
  return { width, height, rgba: Uint8ClampedArray.from(data) };
}

async function addon(name: string) {
  const file = await modelFile(name);
  return { header: await readHeader(new Blob([file])), source: memorySource(file) };
}

it('the LoRA, all of whose modules have their place', async () => {
  const file = await modelFile('mini-sd.safetensors');
  const checkpoint = await openCheckpoint(file);
  const lora = { name: 'outline', ...(await addon('loras/outline.safetensors')), unet: 1, text: 1 };
  const { tensors } = await readHeader(new Blob([file]));
  const modules = loraModules(lora.header.tensors.keys());
  expect(patchesOf(checkpoint.model, tensors, [lora]).size).toBe(modules.size);

  await checkpoint.useLoras('outline', () => Promise.resolve([lora]));
  expectSame('LoRA', (await draw(checkpoint, tokenizer, jobOf('lora'))).picture, await reference('lora'));
});

it('the embedding, by its word', async () => {
  const checkpoint = await openCheckpoint(await modelFile('mini-sd.safetensors'));
  const { header, source } = await addon('embeddings/teal.safetensors');
  const embedding = embeddingOf(header, source, 'teal', checkpoint.model)!; // it fits, or the test ends here
  const { picture } = await draw(checkpoint, tokenizer, jobOf('embedding'), [embedding]);
  expectSame('embedding', picture, await reference('embedding'));
});

it('instructions', async () => {
  const checkpoint = await openCheckpoint(await modelFile('mini-sd-instruct.safetensors'));
  const pixels = await picture('before');
  const job = jobOf('instruct', { kind: 'instruct', pixels, imageGuidance: facts.imageGuidance });
  expectSame('instructions', (await draw(checkpoint, tokenizer, job)).picture, await reference('instruct'));
});

// The app samples what the VAE takes the picture for, as diffusers does; models/train takes the mean.
it('inpainting', async () => {
  const checkpoint = await openCheckpoint(await modelFile('mini-sd-inpainting.safetensors'));
  const mask = Uint8Array.from((await picture('mask')).rgba.filter((_, i) => i % 4 === 0));
  const source = { kind: 'inpaint', pixels: await picture('before'), strength: 1, mask } as const;
  const job = jobOf('inpaint', { ...source, content: 'original', soft: false });
  expectSame('inpainting', (await draw(checkpoint, tokenizer, job)).picture, await reference('inpaint'));
});
