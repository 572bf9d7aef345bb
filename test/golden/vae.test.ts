/** A VAE of its own in the place of the checkpoint's, in diffusers' names and in ldm's. */
import { readFile } from 'node:fs/promises';
import { beforeAll, expect, it } from 'vitest';
import { vaeWeights } from '../../src/pipeline/vae';
import { readHeader } from '../../src/weights/safetensors';
import { memorySource } from '../../src/weights/source';
import { bytes, data, draw, expectSame, openCheckpoint, servedTokenizer } from './drawing';
import { unzipped } from './nets-suite';
import { jobOf, type PipelineCase } from './pipeline-case';
import { pictureDifference } from './tensors';
import type { Tokenizer } from '../../src/text/prompt';

const at = 'models/sd1/cases/txt2img_ddim';
let tokenizer: Tokenizer;
beforeAll(async () => {
  tokenizer = await servedTokenizer();
});

it('the same VAE from a file of diffusers draws the same picture, another one another', async () => {
  const job = jobOf(JSON.parse(await readFile(new URL(`${at}/case.json`, data), 'utf8')) as PipelineCase);
  const checkpoint = await openCheckpoint(await unzipped(await bytes('models/sd1/model.safetensors.gzip')));
  const weightsOf = async (file: Uint8Array<ArrayBuffer>) =>
    vaeWeights('a VAE', await readHeader(new Blob([file])), memorySource(file), checkpoint.model);

  const folder = 'models/sd1/diffusers/vae/diffusion_pytorch_model.safetensors.gzip';
  const same = await unzipped(await bytes(folder));
  await checkpoint.useVae('same', () => weightsOf(same));
  const { picture } = await draw(checkpoint, tokenizer, job);
  expectSame('sd1 with its VAE from diffusers', picture, await bytes(`${at}/expected.png`));

  // A whole checkpoint holds a VAE, too.
  const other = await unzipped(await bytes('models/sd1-fp32/model.safetensors.gzip'));
  await checkpoint.useVae('other', () => weightsOf(other));
  const another = await draw(checkpoint, tokenizer, job);
  expect(pictureDifference(another.picture.rgba, Uint8Array.from(picture.rgba)).mean).toBeGreaterThan(5);

  await checkpoint.useVae('', () => Promise.reject(new Error('never asked')));
  const own = await draw(checkpoint, tokenizer, job);
  expectSame('sd1 with its own VAE again', own.picture, await bytes(`${at}/expected.png`));
});

it('a VAE for other latents is refused by name', async () => {
  const { model } = await openCheckpoint(await unzipped(await bytes('models/sd1/model.safetensors.gzip')));
  const tensors = new Map([
    [
      'decoder.conv_in.weight',
      { name: 'decoder.conv_in.weight', dtype: 'F16' as const, shape: [8, 16, 3, 3], begin: 0, end: 2304 },
    ],
  ]);
  const header = { tensors, metadata: new Map<string, string>(), bytes: 2304 };
  expect(() => vaeWeights('flux.safetensors', header, memorySource(new Uint8Array()), model)).toThrow(
    /vae-mismatch, name: flux\.safetensors/,
  );
});
