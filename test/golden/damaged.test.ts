/** A checkpoint with a weight that is no number: refused by name, and no harm to what is drawn next. */
import { expect, it } from 'vitest';
import { vaeWeights } from '../../src/pipeline/vae';
import { memorySource } from '../../src/weights/source';
import { headerOf } from '../safetensors';
import { draw, expectSame, openCheckpoint, servedTokenizer } from './drawing';
import { modelBytes } from './models';
import { caseOf, onePicture } from './picture-cases';
import { jobOf } from './pipeline-case';
import { goldenBytes } from './root';

const key = 'model.diffusion_model.middle_block.1.transformer_blocks.0.attn1.to_q.weight';

it.each(onePicture('sd1'))(
  'one NaN in the UNet stops the run, which names its weight; the next model draws (%s)',
  async (at) => {
    const tokenizer = await servedTokenizer();
    const job = jobOf(caseOf(at));
    const sound = modelBytes('sd1');
    const damaged = sound.slice();
    const { begin, dtype } = (await headerOf(damaged)).tensors.get(key)!;
    expect(dtype).toBe('F16');
    damaged.set([0, 0x7e], begin + 14);

    const failed = draw(await openCheckpoint(damaged), tokenizer, job);
    await expect(failed).rejects.toMatchObject({ code: 'weight-not-a-number', facts: { key, count: 1 } });
    const checkpoint = await openCheckpoint(sound);
    const { picture } = await draw(checkpoint, tokenizer, job);
    expectSame('sd1 after a damaged one', picture, goldenBytes(`${at}/expected.png`));

    // A VAE of its own is told by its own name.
    const header = await headerOf(sound);
    const inVae = 'first_stage_model.decoder.conv_in.weight';
    const vae = sound.slice();
    vae.set([0, 0xfc], header.tensors.get(inVae)!.begin);
    const weights = vaeWeights('soft.safetensors', header, memorySource(vae), checkpoint.model);
    await checkpoint.useVae('soft', () => Promise.resolve(weights));
    await expect(draw(checkpoint, tokenizer, job)).rejects.toMatchObject({
      code: 'weight-not-a-number',
      facts: { key: inVae, count: 1, name: 'soft.safetensors' },
    });
    const short = { ...weights, tensors: new Map(weights.tensors), name: 'short.safetensors' };
    short.tensors.delete('vae.decoder.mid.block_1.conv1.weight');
    await checkpoint.useVae('short', () => Promise.resolve(short));
    await expect(draw(checkpoint, tokenizer, job)).rejects.toMatchObject({
      code: 'missing-weight',
      facts: { name: 'short.safetensors' },
    });
  },
);
