/** Makes the denoiser that a sampler asks of a net that predicts noise, v or flow. */
import type { Model, Prediction } from '../nets/model';
import { asFlow, denoisedFromFlow } from '../sampling/flow';
import {
  denoisedFromEdm,
  denoisedFromEps,
  denoisedFromV,
  networkInput,
  scaled,
  toVp,
  type Latent,
} from '../sampling/latent';
import type { Denoise } from '../sampling/sampler';
import { batchOf, type DenoiserValues, type RunDenoiser } from './batch';
import { combined, type Question } from './guidance';
import type { LatentSize } from './size';

/** Runs the net on these questions, as a batch. */
export type Ask = (
  values: DenoiserValues,
  asked: readonly Question[],
  sigma: number,
) => Promise<Float32Array>;

/** The net that is asked, and how its answers become one prediction. */
export interface Guided {
  readonly run: Ask;
  readonly denoiser: Model['denoiser'];
  readonly prediction: Prediction;
  /** The noise that the net was trained with. */
  readonly noise: Model['noise'];
  /** The questions for a call, counted from 0, at this sigma. */
  readonly questions: (call: number, sigma: number) => readonly Question[];
  readonly size: LatentSize;
  /** The timestep for a sigma. */
  readonly timestep: (sigma: number) => number;
  /** The sigma to convert an answer in v with; absent for the one it was asked at. */
  readonly readBy?: (sigma: number) => number;
  /** For a network trained by flow matching; see `Plan`. */
  readonly share?: (sigma: number) => number;
  /** See `combined`. */
  readonly rescale?: number;
}

/** How to show x to a network at a sigma, and how to read x0 from its answer. */
interface Reading {
  readonly shown: (x: Latent, sigma: number) => Latent;
  readonly denoised: (x: Latent, said: Latent, sigma: number) => Latent;
}

function readingOf({ prediction, noise, readBy, share }: Guided): Reading {
  if (share) {
    const shown = (x: Latent, sigma: number): Latent => asFlow(x, sigma, share);
    return { shown, denoised: (x, said, sigma) => denoisedFromFlow(shown(x, sigma), said, share(sigma)) };
  }
  if (noise.kind === 'continuous') {
    const { sigmaData } = noise;
    const sign = prediction === 'v' ? -1 : 1;
    return {
      shown: (x, sigma) => networkInput(x, sigma, sigmaData),
      denoised: (x, said, sigma) => denoisedFromEdm(x, scaled(sign, said), sigma, sigmaData),
    };
  }
  return {
    shown: toVp,
    denoised: (x, said, sigma) =>
      prediction === 'v' ? denoisedFromV(x, said, sigma, readBy?.(sigma)) : denoisedFromEps(x, said, sigma),
  };
}

/** Asks the net all questions in one run, and adds up the answers. @param call gives the number of the current call. */
export function guided(asking: Guided, call: () => number): Denoise {
  const { run, denoiser, questions, size, timestep, rescale } = asking;
  const { shown, denoised } = readingOf(asking);
  /** The last answers: CFG++ asks just afterwards what the negative prompt alone leads to. */
  let last: { x: Latent; sigma: number; asked: readonly Question[]; answers: Float32Array } | null = null;
  return async (x, sigma, which) => {
    if (which === undefined || last?.x !== x || last.sigma !== sigma) {
      const asked = questions(call(), sigma);
      const values = batchOf(denoiser, asked, shown(x, sigma), timestep(sigma), size);
      const answers = await run(values, asked, sigma);
      last = { x, sigma, asked, answers };
    }
    const { asked, answers } = last;
    if (which === undefined) return denoised(x, combined(answers, asked, x.length, rescale), sigma);
    const n = asked.findIndex(({ negative }) => negative);
    const alone =
      n < 0 ? combined(answers, asked, x.length) : answers.slice(n * x.length, (n + 1) * x.length);
    return denoised(x, Float32Array.from(alone), sigma);
  };
}

/**
 * Tells by a trial what a UNet of Stable Diffusion 2.x predicts, as A1111 does: asked about nothing but grey at the
 * noisiest timestep, one that predicts noise gives about what it was given, one that predicts v far less.
 * https://github.com/AUTOMATIC1111/stable-diffusion-webui/blob/master/modules/sd_models_config.py
 */
export async function tryPrediction(
  run: RunDenoiser,
  denoiser: Model['denoiser'],
  questions: readonly Question[],
  latentChannels: number,
  size: LatentSize,
): Promise<Prediction> {
  const grey = (length: number): Latent => new Float32Array(length).fill(0.5);
  const alike = questions.map((question) => ({
    ...question,
    context: grey(question.context.length),
    ...(question.planes && { planes: grey(question.planes.length) }),
  }));
  const latents = grey(latentChannels * size.h * size.w);
  const answers = await run(batchOf(denoiser, alike, latents, 999, size));
  const mean = answers.reduce((sum, v) => sum + v, 0) / answers.length;
  return mean - 0.5 < -1 ? 'v' : 'epsilon';
}
