/** Whole pictures against diffusers, on the wasm backend. */
import { PNG } from 'pngjs';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Checkpoint } from '../../src/pipeline/checkpoint';
import type { Pixels } from '../../src/pipeline/job';
import { TorchGenerator } from '../../src/sampling/random';
import type { Tokenizer } from '../../src/text/windows';
import { jobWith } from '../job';
import { bundled, draw, expectSame, modelBytes, openCheckpoint, servedTokenizer } from './drawing';
import { caseOf, unlike } from './picture-cases';
import { jobOf, picturesIn, type MiniCase, type PipelineCase } from './pipeline-case';
import { goldenBytes, goldenJson, goldenTensors, hasGolden, listCases, modelsWith, present } from './root';
import type { Tensor } from './tensors';

let tokenizer: Tokenizer;

beforeAll(async () => {
  tokenizer = await servedTokenizer();
});

function png(path: string): Pixels {
  const { width, height, data: rgba } = PNG.sync.read(Buffer.from(goldenBytes(path)));
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

/** Where the reference drew its first noise from a generator of its own, all that is drawn later comes from another. */
function drawFrom({ init_latents_seed, noise_tape_seed }: PipelineCase): void {
  if (init_latents_seed === null) return;
  // oxlint-disable-next-line typescript/unbound-method -- it is called on a generator below
  const { randn } = TorchGenerator.prototype;
  const tape = new TorchGenerator(noise_tape_seed);
  let drawn = 0;
  vi.spyOn(TorchGenerator.prototype, 'randn').mockImplementation(function (this: TorchGenerator, count) {
    return randn.call(drawn++ === 0 ? this : tape, count);
  });
}

/** Latents at the start of every step, and those that are decoded, against diffusers' own. */
function expectLatents(
  what: string,
  { steps, final }: ReturnType<typeof spyOn>,
  { tolerance, scheduler }: PipelineCase,
  tensor: (name: string) => Tensor,
): void {
  const latents = tensor('step_latents');
  const [count] = latents.shape as [number];
  const size = latents.data.length / count;
  const worst = (actual: Float32Array, reference: ArrayLike<number>): number =>
    actual.reduce((most, v, i) => Math.max(most, Math.abs(v - reference[i]!)), 0);

  expect(steps).toHaveLength(tensor('unet_timesteps').data.length);
  const first = worst(steps[0]!, tensor('unet_first_input').data);
  const found = [`first ${first.toExponential(1)}`];
  expect(first).toBeLessThan(1e-4);
  // Where the UNet is asked twice a step, only the end is compared.
  for (let i = 1; i < count && steps.length === count; i++) {
    // These keep their latents in sigma space, and scale them for the UNet.
    const scaled = /^(?:Euler|LMS|Heun)/.test(scheduler.class);
    const sigma = scaled ? tensor('sigmas').data.at(i - count - 1)! : 0;
    const own = steps[i]!.map((v) => v * Math.hypot(sigma, 1));
    const difference = worst(own, latents.data.subarray((i - 1) * size, (i - 1) * size + own.length));
    found.push(`${i}: ${difference.toExponential(1)}`);
    expect(difference).toBeLessThan(tolerance.step_latents.per_step_suggested_atol[i - 1]!);
  }
  const last = worst(final(), tensor('final_latents').data);
  console.info(`${what} latents: ${found.join(', ')}, last ${last.toExponential(1)}`);
  expect(last).toBeLessThan(tolerance.final_latents.suggested_atol);
}

const mini = present('mini-sd/cases.json')
  ? (goldenJson('mini-sd/cases.json') as { cases: MiniCase[] }).cases
  : [];

describe('the bundled model draws what PyTorch draws', () => {
  let checkpoint: Checkpoint;
  beforeAll(async () => {
    checkpoint = await openCheckpoint(await bundled('mini-sd.safetensors'));
  });

  it.each(mini)('$sampler: $prompt', async ({ png, ...job }) => {
    const { picture } = await draw(checkpoint, tokenizer, jobWith(job));
    expectSame(`mini-sd ${job.sampler}`, picture, goldenBytes(`mini-sd/${png}`));
  });

  it('says that a size was rounded', async () => {
    const asked = { prompt: 'red apple', width: 100, height: 3, guidance: 5, spacing: 'trailing' } as const;
    const { picture, told } = await draw(checkpoint, tokenizer, jobWith(asked));
    expect([picture.width, picture.height]).toEqual([104, 48]);
    expect(told).toContainEqual({ kind: 'notice', notice: { code: 'size-rounded', width: 104, height: 48 } });
  });
});

/** diffusers leaves the end of a long prompt out. */
function seenByDiffusers(prompt: string): string {
  const ids = tokenizer(prompt);
  if (ids.length <= 75) return prompt;
  const seen = ids.slice(0, 75).join();
  const end = Array.from({ length: prompt.length }, (_, i) => prompt.length - i);
  return prompt.slice(
    0,
    end.find((at) => tokenizer(prompt.slice(0, at)).join() === seen),
  );
}

const kinds = /^(txt2img|img2img|inpaint|pix2pix)/;

describe.each(modelsWith(kinds))('%s draws what diffusers draws', (name) => {
  let checkpoint: Checkpoint;
  beforeAll(async () => {
    checkpoint = await openCheckpoint(modelBytes(name));
  });

  for (const test of listCases(`models/${name}/cases`, (test) => kinds.test(test))) {
    const at = `models/${name}/cases/${test}`;
    const wanted = caseOf(at);
    const why = unlike(wanted);
    if (why !== null) {
      it.todo(`${test}: ${why}`);
      continue;
    }

    it.each(Array.from({ length: picturesIn(wanted) }, (_, i) => i))(`${test}, picture %i`, async (index) => {
      const source = hasGolden(`${at}/image.png`) ? png(`${at}/image.png`) : undefined;
      const mask = hasGolden(`${at}/mask_image.png`) ? png(`${at}/mask_image.png`) : undefined;
      const alpha = mask && Uint8Array.from(mask.rgba.filter((_, i) => i % 4 === 0));
      const asked = jobOf(wanted, source, alpha, index);
      const job = { ...asked, prompt: seenByDiffusers(asked.prompt) };
      drawFrom(wanted);
      const spied = spyOn(checkpoint);
      const { picture } = await draw(checkpoint, tokenizer, job).finally(() => vi.restoreAllMocks());
      const tensors = goldenTensors(`${at}/expected.safetensors`);
      if (index === 0) expectLatents(`${name} ${test}`, spied, wanted, tensors);
      const [own, numbered] = [`${at}/expected.png`, `${at}/expected_${index}.png`];
      expectSame(`${name} ${test}`, picture, goldenBytes(hasGolden(own) ? own : numbered));
    });
  }
});
