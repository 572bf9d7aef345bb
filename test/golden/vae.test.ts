/** A VAE of its own in the place of the checkpoint's, in diffusers' names and in ldm's. */
import { beforeAll, expect, it } from 'vitest';
import { vaeWeights } from '../../src/pipeline/vae';
import { memorySource } from '../../src/weights/source';
import { draw, expectSame, openCheckpoint, servedTokenizer } from './drawing';
import { modelBytes } from './models';
import { caseOf, onePicture } from './picture-cases';
import { jobOf } from './pipeline-case';
import { goldenBytes, present } from './root';
import { pictureDifference } from './tensors';
import type { Tokenizer } from '../../src/text/windows';
import { headerOf } from '../safetensors';

const folder = 'models/sd1/diffusers/vae/diffusion_pytorch_model.safetensors';
const cases = present(folder, 'models/sd1-fp32') ? onePicture('sd1') : [];
let tokenizer: Tokenizer;
beforeAll(async () => {
  tokenizer = await servedTokenizer();
});

it.each(cases)(
  'the same VAE from a file of diffusers draws the same picture, another one another (%s)',
  async (at) => {
    const job = jobOf(caseOf(at));
    const checkpoint = await openCheckpoint(modelBytes('sd1'));
    const weightsOf = async (file: Uint8Array<ArrayBuffer>) =>
      vaeWeights('a VAE', await headerOf(file), memorySource(file), checkpoint.model);

    const same = goldenBytes(folder);
    await checkpoint.useVae('same', () => weightsOf(same));
    const { picture } = await draw(checkpoint, tokenizer, job);
    expectSame('sd1 with its VAE from diffusers', picture, goldenBytes(`${at}/expected.png`));

    // A whole checkpoint holds a VAE, too.
    const other = modelBytes('sd1-fp32');
    await checkpoint.useVae('other', () => weightsOf(other));
    const another = await draw(checkpoint, tokenizer, job);
    expect(pictureDifference(another.picture.rgba, Uint8Array.from(picture.rgba)).mean).toBeGreaterThan(5);

    await checkpoint.useVae('', () => Promise.reject(new Error('never asked')));
    const own = await draw(checkpoint, tokenizer, job);
    expectSame('sd1 with its own VAE again', own.picture, goldenBytes(`${at}/expected.png`));
  },
);

it.runIf(present('models/sd1'))('a VAE for other latents is refused by name', async () => {
  const { model } = await openCheckpoint(modelBytes('sd1'));
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
