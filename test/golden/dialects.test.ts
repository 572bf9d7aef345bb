/** Golden checkpoints in a handful of dialects put together at random draw what they draw as they are. */
import { beforeAll, expect, it } from 'vitest';
import { inNormalForm } from '../../src/nets/names/normal-form';
import type { Source } from '../../src/pipeline/job';
import type { Tokenizer } from '../../src/text/windows';
import { composed, sequence, transposed } from '../dialects';
import { jobWith } from '../job';
import { tensorsOf, writtenBytes, type StoredTensors } from '../safetensors';
import { draw, openCheckpoint, servedTokenizer } from './drawing';
import { modelBytes } from './models';
import { modelsWith } from './root';
import { pictureDifference } from './tensors';

const SEEDS = [1, 2];
const job = jobWith({ prompt: 'a red (house:1.2)', steps: 2, guidance: 4, seed: 3 });
/** What models that change pictures are given. */
const white: Source = {
  kind: 'instruct',
  pixels: { width: 64, height: 64, rgba: new Uint8ClampedArray(4 * 64 * 64).fill(255) },
  imageGuidance: 1.5,
};

let tokenizer: Tokenizer;
beforeAll(async () => {
  tokenizer = await servedTokenizer();
});

/** The weights of a file by their names in normal form. */
function plainOf(file: StoredTensors): StoredTensors {
  const whole = [...file].map(
    ([name, tensor]) => [name, { ...tensor, begin: 0, end: tensor.bytes.length }] as const,
  );
  return new Map(
    [...inNormalForm(new Map(whole)).tensors].map(([name, { dtype, shape, bytes, begin, end, turned }]) => {
      const stored = { dtype, shape: turned ? shape.toReversed() : shape, bytes: bytes.subarray(begin, end) };
      return [name, turned ? transposed(stored) : stored];
    }),
  );
}

async function drawn(file: Uint8Array<ArrayBuffer>): Promise<Uint8ClampedArray> {
  const checkpoint = await openCheckpoint(file);
  const source = checkpoint.model.kind === 'instruct' ? white : null;
  const { picture } = await draw(checkpoint, tokenizer, { ...job, source });
  await checkpoint.release();
  return picture.rgba;
}

/** But for files of another's numbers in another dtype, which have its names; `unit/nets/names` casts what it puts together. */
const models = modelsWith(/^unet/).filter((name) => /^sd/.test(name) && !/-(?:bf16|fp32)$/.test(name));

it.each(models)('%s', async (name) => {
  const file = modelBytes(name);
  const expected = await drawn(file);
  const plain = plainOf(await tensorsOf(file));
  for (const seed of SEEDS) {
    const composition = composed(plain, sequence(seed));
    const { worst } = pictureDifference(await drawn(writtenBytes(composition)), Uint8Array.from(expected));
    console.info(`${name}, composition ${seed}: ${worst} of 255 from the file as it is`);
    expect(worst).toBeLessThanOrEqual(1);
  }
});
