/** Checkpoints that lack parts draw with borrowed ones: what whole ones draw, where these are the same. */
import { PNG } from 'pngjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Tokenizer } from '../../src/text/windows';
import { tensorsOf, writtenBytes, type StoredTensors } from '../safetensors';
import { servedTokenizer } from './drawing';
import { pictureOf, type Dropped } from './field/road';
import { modelBytes } from './models';
import { jobOf, type PipelineCase } from './pipeline-case';
import { goldenBytes, goldenJson, hasGolden, present } from './root';
import { pictureDifference } from './tensors';

let tokenizer: Tokenizer;
beforeAll(async () => {
  tokenizer = await servedTokenizer();
});

const asked = { prompt: 'a photo of a cat', width: 64, height: 64, steps: 2, guidance: 5, sampler: 'DDIM' };

async function drawn(...files: Dropped[]): Promise<Uint8ClampedArray> {
  const result = await pictureOf(files, tokenizer, asked);
  if ('problem' in result) throw result.problem;
  return result.picture.rgba;
}

/** A file of those tensors of a golden checkpoint whose names begin so, without that. */
async function partOf(model: string, path: string, prefix: string, to = prefix): Promise<Dropped> {
  const all = await tensorsOf(modelBytes(model));
  const kept: StoredTensors = new Map(
    [...all].flatMap(([name, tensor]) =>
      name.startsWith(prefix) ? [[to + name.slice(prefix.length), tensor] as const] : [],
    ),
  );
  return { path, bytes: writtenBytes(kept) };
}

const whole = (model: string): Dropped => ({ path: `z-${model}.safetensors`, bytes: modelBytes(model) });

describe.runIf(present('models/sd1', 'models/sdxl'))('a UNet without the rest', () => {
  it.each(['sd1', 'sdxl'])('borrows from a whole checkpoint of its family (%s)', async (model) => {
    const unet = await partOf(model, 'a-unet.safetensors', 'model.diffusion_model.');
    const worst = pictureDifference(
      await drawn(unet, whole(model)),
      Uint8Array.from(await drawn(whole(model))),
    );
    expect(worst.worst).toBe(0);
  });

  it('borrows from files of single parts, each where its shape fits', async () => {
    const unet = await partOf('sdxl', 'unet.safetensors', 'model.diffusion_model.', '');
    const vae = await partOf('sdxl', 'vae.safetensors', 'first_stage_model.', '');
    const second = await partOf('sdxl', 'clip_g.safetensors', 'conditioner.embedders.1.model.', '');
    const first = await partOf('sdxl', 'clip_l.safetensors', 'conditioner.embedders.0.transformer.', '');
    const picture = await drawn(unet, vae, second, first);
    expect(pictureDifference(picture, Uint8Array.from(await drawn(whole('sdxl')))).worst).toBe(0);
  });

  it('takes no VAE of other latents, and says what is missing', async () => {
    const unet = await partOf('sd1', 'a-unet.safetensors', 'model.diffusion_model.');
    await expect(drawn(unet, whole('sdxl'))).rejects.toThrow(/missing-part.*VAE/);
  });
});

/** Files under the names by which such are published. */
const published = (path: string, file: string): Dropped => ({ path, bytes: goldenBytes(file) });

interface Split {
  readonly what: string;
  readonly at: string;
  readonly files: readonly (readonly [path: string, file: string])[];
}

const splits: readonly Split[] = [
  {
    what: 'a bare file of Stable Diffusion 3.5, and both CLIPs beside it',
    at: 'models/sd35m/cases/txt2img_euler',
    files: [
      ['clip_g.safetensors', 'models/sd35m/clip_g.safetensors'],
      ['clip_l.safetensors', 'models/sd35m/clip_l.safetensors'],
      ['sd3.5_medium.safetensors', 'models/sd35m/model_bare.safetensors'],
    ],
  },
  {
    what: 'a file with T5 in it, and the tokenizer beside it',
    at: 'models/sd3/cases/txt2img_t5',
    files: [
      ['sd3_medium.safetensors', 'models/sd3/model_t5.safetensors'],
      ['tokenizer.json', 't5_tokenizer/tokenizer.json'],
    ],
  },
];

describe.each(
  splits.filter(({ at, files }) => [`${at}/case.json`, ...files.map(([, file]) => file)].every(hasGolden)),
)('$what', ({ at, files }) => {
  it('draws what diffusers draws with all in one', async () => {
    const job = jobOf(goldenJson(`${at}/case.json`) as PipelineCase);
    const result = await pictureOf(
      files.map(([path, file]) => published(path, file)),
      tokenizer,
      job,
    );
    if ('problem' in result) throw result.problem;
    const { data } = PNG.sync.read(Buffer.from(goldenBytes(`${at}/expected.png`)));
    const { mean, worst } = pictureDifference(result.picture.rgba, data);
    console.info(`${at}: mean difference ${mean.toFixed(4)}, worst ${worst} of 255`);
    expect(mean).toBeLessThan(0.1);
  });
});
