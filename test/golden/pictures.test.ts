/** Whole pictures against diffusers, on the wasm backend. */
import { readFile } from 'node:fs/promises';
import { PNG } from 'pngjs';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Checkpoint } from '../../src/pipeline/checkpoint';
import type { Pixels } from '../../src/pipeline/job';
import type { Tokenizer } from '../../src/text/prompt';
import mini from './data/mini-sd/cases.json';
import { bytes, data, draw, expectSame, openCheckpoint, servedTokenizer } from './drawing';
import { unzipped } from './nets-suite';
import { jobOf, type MiniCase, type PipelineCase } from './pipeline-case';
import { readTensors, type Tensor } from './read';

let tokenizer: Tokenizer;

beforeAll(async () => {
  tokenizer = await servedTokenizer();
});

function png(file: Uint8Array): Pixels {
  const { width, height, data: rgba } = PNG.sync.read(Buffer.from(file));
  return { width, height, rgba: Uint8ClampedArray.from(rgba) };
}

/** Notes what the UNet is given in every step and what is decoded in the end: [4, h, w] of the first in the batch. */
function spyOn(checkpoint: Checkpoint): { steps: Float32Array[]; final: () => Float32Array } {
  const steps: Float32Array[] = [];
  let final = new Float32Array();
  const predict = checkpoint.predict.bind(checkpoint);
  vi.spyOn(checkpoint, 'predict').mockImplementation((values, report) => {
    const { data, shape } = values.latents;
    const [, , h, w] = shape as [number, number, number, number];
    steps.push(Float32Array.from(data.slice(0, 4 * h * w)));
    return predict(values, report);
  });
  const decode = checkpoint.decode.bind(checkpoint);
  vi.spyOn(checkpoint, 'decode').mockImplementation((latents, size, report) => {
    final = latents.slice();
    return decode(latents, size, report);
  });
  return { steps, final: () => final };
}

/** Latents at the start of every step, and those that are decoded, against diffusers' own. */
function expectLatents(
  what: string,
  { steps, final }: ReturnType<typeof spyOn>,
  { tolerance, scheduler }: PipelineCase,
  expected: ReadonlyMap<string, Tensor>,
): void {
  const tensor = (name: string): Tensor => expected.get(name)!; // a missing one fails the test by itself
  const latents = tensor('step_latents');
  const [count] = latents.shape as [number];
  const size = latents.data.length / count;
  const sigmas = expected.get('sigmas')?.data;
  const worst = (actual: Float32Array, reference: ArrayLike<number>): number =>
    actual.reduce((most, v, i) => Math.max(most, Math.abs(v - reference[i]!)), 0);

  expect(steps).toHaveLength(count);
  const first = worst(steps[0]!, tensor('unet_first_input').data);
  const found = [`first ${first.toExponential(1)}`];
  expect(first).toBeLessThan(1e-4);
  for (let i = 1; i < count; i++) {
    // Euler's latents stand in sigma space, and the UNet is given them scaled.
    const sigma = scheduler.class.startsWith('Euler') ? sigmas![sigmas!.length - 1 - count + i]! : 0;
    const own = steps[i]!.map((v) => v * Math.hypot(sigma, 1));
    const difference = worst(own, latents.data.subarray((i - 1) * size, i * size));
    found.push(`${i}: ${difference.toExponential(1)}`);
    expect(difference).toBeLessThan(tolerance.step_latents.per_step_suggested_atol[i - 1]!);
  }
  const last = worst(final(), tensor('final_latents').data);
  console.info(`${what} latents: ${found.join(', ')}, last ${last.toExponential(1)}`);
  expect(last).toBeLessThan(tolerance.final_latents.suggested_atol);
}

describe('the bundled model draws what PyTorch draws', () => {
  let checkpoint: Checkpoint;
  beforeAll(async () => {
    checkpoint = await openCheckpoint(await bytes('../../../models/mini-sd.safetensors'));
  });

  it.each(mini.cases as MiniCase[])('$sampler: $prompt', async ({ png, ...job }) => {
    const { picture } = await draw(checkpoint, tokenizer, {
      ...job,
      spacing: 'leading',
      source: null,
    });
    expectSame(`mini-sd ${job.sampler}`, picture, await bytes(`mini-sd/${png}`));
  });

  it('says that a size was rounded', async () => {
    const [{ png: _, ...job }] = mini.cases as [MiniCase];
    const { picture, told } = await draw(checkpoint, tokenizer, {
      ...job,
      width: 100,
      height: 3,
      steps: 1,
      spacing: 'trailing',
      source: null,
    });
    expect([picture.width, picture.height]).toEqual([104, 48]);
    expect(told).toContainEqual({ kind: 'notice', notice: { code: 'size-rounded', width: 104, height: 48 } });
  });
});

// Not Euler a: this reference draws its noise from a second generator. The bundled model covers it above.
describe.each([
  [
    'sd1',
    [
      'txt2img_ddim',
      'txt2img_euler',
      'txt2img_dpmpp_2m',
      'txt2img_dpmpp_2m_karras',
      'txt2img_long_truncated',
      'txt2img_nocfg',
      'img2img_ddim',
      'img2img_dpmpp_2m_karras',
      'img2img_euler',
      'img2img_size2',
      'inpaint4_ddim_s1',
      'inpaint4_euler_s075',
    ],
  ],
  ['sd1-pix2pix', ['pix2pix_ddim']],
  ['sd1-inpaint', ['inpaint9_ddim_s1', 'inpaint9_euler_s08']],
  ['sd2-v', ['txt2img_ddim', 'txt2img_euler', 'txt2img_dpmpp_2m_karras']],
  ['sdxl', ['txt2img_ddim', 'txt2img_euler', 'txt2img_dpmpp_2m_karras', 'txt2img_empty_negative_zeros']],
  ['sd1-fp32', ['txt2img_ddim']],
  ['sd1-bf16', ['txt2img_ddim']],
])('%s draws what diffusers draws', (name, cases) => {
  let checkpoint: Checkpoint;
  beforeAll(async () => {
    checkpoint = await openCheckpoint(await unzipped(await bytes(`models/${name}/model.safetensors.gzip`)));
  });

  it.each(cases)('%s', async (test) => {
    const at = `models/${name}/cases/${test}`;
    const source = /^txt2img/.test(test) ? undefined : png(await bytes(`${at}/image.png`));
    const mask = /^inpaint/.test(test) ? png(await bytes(`${at}/mask_image.png`)) : undefined;
    const wanted = JSON.parse(await readFile(new URL(`${at}/case.json`, data), 'utf8')) as PipelineCase;
    const job = jobOf(wanted, source, mask && Uint8Array.from(mask.rgba.filter((_, i) => i % 4 === 0)));
    const spied = spyOn(checkpoint);
    const { picture, told } = await draw(checkpoint, tokenizer, job).finally(() => vi.restoreAllMocks());
    expectLatents(`${name} ${test}`, spied, wanted, readTensors(new URL(`${at}/expected.safetensors`, data)));
    expectSame(`${name} ${test}`, picture, await bytes(`${at}/expected.png`));
    const truncated = told.some(({ kind, ...rest }) => kind === 'notice' && 'notice' in rest);
    expect(truncated).toBe(test === 'txt2img_long_truncated');
  });
});
