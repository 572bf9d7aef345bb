/** From a UNet that predicts noise to the denoiser a sampler asks. */
import type { Model } from '../nets/model';
import { timestepEmbedding } from '../nets/unet';
import type { Value } from '../runtime/session';
import { denoisedFromEps, denoisedFromV, toVp } from '../sampling/latent';
import type { Denoise } from '../sampling/samplers';

/** Runs the UNet on the batch: `latents`, `timestep` and `context` in, prediction out. */
export type RunUNet = (
  values: Readonly<Record<'latents' | 'timestep' | 'context', Value>>,
) => Promise<Float32Array>;

/** One question to the UNet about the same latents, and how much its answer counts. */
export interface Question {
  /** Text encoding [length, width]. */
  readonly context: Float32Array;
  /** The answers are added up, each times its weight. */
  readonly weight: number;
  /** Channels [.., h, w] that follow the latents, for a UNet that takes more than latents. */
  readonly planes?: Float32Array;
}

/**
 * Classifier-free guidance (Ho & Salimans, 2022, https://arxiv.org/abs/2207.12598): away from the negative prompt, to
 * and beyond the prompt. A guidance of 1 or less asks for the prompt alone.
 */
export function textGuidance(prompt: Float32Array, negative: Float32Array, guidance: number): Question[] {
  if (guidance <= 1) return [{ context: prompt, weight: 1 }];
  return [
    { context: negative, weight: 1 - guidance },
    { context: prompt, weight: guidance },
  ];
}

/**
 * InstructPix2Pix's two guidances (Brooks et al., 2023, https://arxiv.org/abs/2211.09800, equation 3): towards the
 * picture, and from there towards the instruction.
 * @param picture its latents, unscaled.
 */
export function instructGuidance(
  instruction: Float32Array,
  negative: Float32Array,
  picture: Float32Array,
  guidance: number,
  imageGuidance: number,
): Question[] {
  return [
    { context: instruction, planes: picture, weight: guidance },
    { context: negative, planes: picture, weight: imageGuidance - guidance },
    { context: negative, planes: new Float32Array(picture.length), weight: 1 - imageGuidance },
  ];
}

/** Asks the UNet all questions in one run, and adds up the answers. */
export function guided(
  run: RunUNet,
  model: Model,
  questions: readonly Question[],
  { h, w }: { readonly h: number; readonly w: number },
): Denoise {
  const batch = questions.length;
  const { modelChannels, inChannels, contextWidth } = model.unet;
  const denoised = model.prediction === 'v' ? denoisedFromV : denoisedFromEps;
  const context = joined(questions.map((question) => question.context));
  return async (x, { sigma, t }) => {
    const latents = toVp(x, sigma);
    const answers = await run({
      latents: {
        data: joined(questions.flatMap(({ planes }) => (planes ? [latents, planes] : [latents]))),
        shape: [batch, inChannels, h, w],
      },
      timestep: {
        data: joined(questions.map(() => timestepEmbedding(t, modelChannels))),
        shape: [batch, modelChannels],
      },
      context: { data: context, shape: [batch, context.length / batch / contextWidth, contextWidth] },
    });
    const prediction = x.map((_, i) =>
      questions.reduce((sum, { weight }, n) => sum + weight * answers[n * x.length + i]!, 0),
    );
    return denoised(x, prediction, sigma);
  };
}

function joined(parts: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const all = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
