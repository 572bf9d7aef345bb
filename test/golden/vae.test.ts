/** A VAE of its own in the place of the checkpoint's, in diffusers' names and in ldm's. */
import { beforeAll, expect, it } from 'vitest';
import { generate } from '../../src/pipeline/generate';
import { vaeWeights } from '../../src/pipeline/vae';
import { memorySource } from '../../src/weights/source';
import { draw, expectSame, openCheckpoint, servedTokenizer } from './drawing';
import { modelBytes } from './models';
import { caseOf, onePicture } from './picture-cases';
import { jobOf } from './pipeline-case';
import { goldenBytes, present } from './root';
import { pictureDifference } from './tensors';
import type { Tokenizer } from '../../src/text/windows';
import { headerOf, tensorsOf, writtenBytes } from '../safetensors';
import { inspect } from '../../src/pipeline/files/inspect';
import { fileBytes } from './field/build';

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

const identity = (size: number): number[] =>
  Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));

it.each(cases)(
  'one without convolutions before its latents draws as with such that do nothing (%s)',
  async (at) => {
    const drop = { op: 'drop', match: 'quant_conv' } as const;
    const none = await fileBytes({ file: '', from: 'models/sd1-fp32/model.safetensors', ops: [drop] }, '');
    const idle = await tensorsOf(none);
    for (const [name, size] of [
      ['quant_conv', 8],
      ['post_quant_conv', 4],
    ] as const) {
      const [weight, bias] = [Float32Array.from(identity(size)), new Float32Array(size)];
      const at = `first_stage_model.${name}`;
      idle.set(`${at}.weight`, {
        dtype: 'F32',
        shape: [size, size, 1, 1],
        bytes: new Uint8Array(weight.buffer),
      });
      idle.set(`${at}.bias`, { dtype: 'F32', shape: [size], bytes: new Uint8Array(bias.buffer) });
    }
    expect(inspect(await headerOf(none)).lacks).toEqual([]);
    const checkpoint = await openCheckpoint(modelBytes('sd1'));
    const drawn = [];
    for (const file of [none, writtenBytes(idle)]) {
      const weights = vaeWeights('a VAE', await headerOf(file), memorySource(file), checkpoint.model);
      await checkpoint.useVae(`${file.length}`, () => Promise.resolve(weights));
      drawn.push((await draw(checkpoint, tokenizer, jobOf(caseOf(at)))).picture.rgba);
    }
    expect(pictureDifference(drawn[0]!, Uint8Array.from(drawn[1]!)).worst).toBeLessThanOrEqual(1);
  },
);

it.each(cases)(
  'a VAE of which the decoder alone is there draws from words, and says that it reads no pictures (%s)',
  async (at) => {
    const half = await fileBytes(
      {
        file: 'half.safetensors',
        from: 'models/sd1/model.safetensors',
        ops: [{ op: 'drop', match: '^first_stage_model\\.(?:encoder|quant)' }],
      },
      '',
    );
    const checkpoint = await openCheckpoint(half);
    const job = jobOf(caseOf(at));
    const { picture } = await draw(checkpoint, tokenizer, job);
    expectSame('sd1 with half a VAE', picture, goldenBytes(`${at}/expected.png`));
    const source = { kind: 'image', pixels: picture, strength: 0.5 } as const;
    await expect(draw(checkpoint, tokenizer, { ...job, source })).rejects.toMatchObject({
      code: 'vae-decodes-only',
    });
    // Through pixels there is no second pass, which is said before the first.
    const hires = { scale: 2, upscaler: 'Lanczos', strength: 0.5 };
    const run = generate(
      { ...job, hires },
      { checkpoint, tokenizer, embeddings: [], report: () => undefined },
    );
    const told: string[] = [];
    await expect(
      (async () => {
        for await (const { kind } of run) told.push(kind);
      })(),
    ).rejects.toMatchObject({ code: 'vae-decodes-only' });
    expect(told).not.toContain('step');
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
