/** What goes through a checkpoint while it draws, and how it compares with what went through PyTorch's. */
import { PNG } from 'pngjs';
import { expect, vi } from 'vitest';
import type { Checkpoint } from '../../src/pipeline/checkpoint';
import type { Pixels } from '../../src/pipeline/job';
import { TorchGenerator } from '../../src/sampling/random';
import type { PipelineCase } from './pipeline-case';
import { goldenBytes } from './root';
import type { Tensor } from './tensors';

export function goldenPixels(path: string): Pixels {
  const { width, height, data: rgba } = PNG.sync.read(Buffer.from(goldenBytes(path)));
  return { width, height, rgba: Uint8ClampedArray.from(rgba) };
}

/** Notes what the denoiser is given in every step, and what is decoded in the end: latents of the first in the batch. */
export function spyOn(checkpoint: Checkpoint): { steps: Float32Array[]; final: () => Float32Array } {
  const steps: Float32Array[] = [];
  let final = new Float32Array();
  const predict = checkpoint.predict.bind(checkpoint);
  vi.spyOn(checkpoint, 'predict').mockImplementation((values, report) => {
    const { data, shape } = values.latents;
    const [, , h, w] = shape as [number, number, number, number];
    steps.push(Float32Array.from(data.slice(0, checkpoint.model.vae.latentChannels * h * w)));
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
export function drawFrom({ init_latents_seed, noise_tape_seed }: PipelineCase): void {
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
export function expectLatents(
  what: string,
  { steps, final }: ReturnType<typeof spyOn>,
  { call, tolerance, scheduler }: PipelineCase,
  tensor: (name: string) => Tensor,
): void {
  const latents = tensor('step_latents');
  const [count] = latents.shape as [number];
  const size = latents.data.length / count;
  // A transformer of random weights amplifies what rounding leaves more than a UNet does.
  const least = scheduler.config.shift === undefined ? 0 : 1e-3;
  const bound = (atol: number, reference: ArrayLike<number>): number =>
    Math.max(atol, least * Array.from(reference).reduce((most, v) => Math.max(most, Math.abs(v)), 0));
  const worst = (actual: Float32Array, reference: ArrayLike<number>): number =>
    actual.reduce((most, v, i) => Math.max(most, Math.abs(v - reference[i]!)), 0);

  // What is asked without some layers is asked together with the rest here.
  expect(steps).toHaveLength(call.skip_guidance_layers ? count : tensor('unet_timesteps').data.length);
  const first = worst(steps[0]!, tensor('unet_first_input').data);
  const found = [`first ${first.toExponential(1)}`];
  expect(first).toBeLessThan(1e-4);
  // Where the UNet is asked twice a step, only the end is compared.
  for (let i = 1; i < count && steps.length === count; i++) {
    // These keep their latents in sigma space, and scale them for the UNet.
    const scaled = /^(?:Euler|LMS|Heun)/.test(scheduler.class);
    const sigma = scaled ? tensor('sigmas').data.at(i - count - 1)! : 0;
    const own = steps[i]!.map((v) => v * Math.hypot(sigma, 1));
    const reference = latents.data.subarray((i - 1) * size, (i - 1) * size + own.length);
    const difference = worst(own, reference);
    found.push(`${i}: ${difference.toExponential(1)}`);
    expect(difference).toBeLessThan(bound(tolerance.step_latents.per_step_suggested_atol[i - 1]!, reference));
  }
  const reference = tensor('final_latents').data;
  const last = worst(final(), reference);
  console.info(`${what} latents: ${found.join(', ')}, last ${last.toExponential(1)}`);
  expect(last).toBeLessThan(bound(tolerance.final_latents.suggested_atol, reference));
}
