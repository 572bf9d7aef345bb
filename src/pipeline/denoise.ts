/** From a UNet that predicts noise to the denoiser a sampler asks. */
import type { Model, Prediction } from '../nets/model';
import { guidanceEmbedding, timestepEmbedding } from '../nets/unet';
import type { Value } from '../runtime/session';
import { denoisedFromEps, denoisedFromV, toVp, type Latent } from '../sampling/latent';
import type { Denoise } from '../sampling/samplers';
import type { LatentSize } from './size';

/** Runs the UNet on the batch: `latents`, `timestep`, `context` and what else it takes in, prediction out. */
export type RunUNet = (values: UNetValues) => Promise<Float32Array>;

export type UNetValues = Readonly<Record<'latents' | 'timestep' | 'context', Value>> & {
  readonly label?: Value;
  readonly guidance?: Value;
};

/** What a UNet is told of a prompt. */
export interface Encoding {
  /** [length, width]. */
  readonly context: Float32Array;
  /** The prompt as a whole, and sizes, for a UNet that takes them: [label width]. */
  readonly label?: Float32Array;
}

/** One question to the UNet about the same latents, and how much its answer counts. */
export interface Question extends Encoding {
  /** The answers are added up, each times its weight. */
  readonly weight: number;
  /** Channels [.., h, w] that follow the latents, for a UNet that takes more than latents. */
  readonly planes?: Float32Array;
  /** The guidance scale, embedded, for a UNet that is told it: [guidance width]. */
  readonly guidance?: Float32Array;
}

/**
 * Classifier-free guidance (Ho & Salimans, 2022, https://arxiv.org/abs/2207.12598): away from the negative prompt, to
 * and beyond the prompt. A guidance of 1 or less asks for the prompt alone.
 */
export function textGuidance(prompt: Encoding, negative: Encoding, guidance: number): Question[] {
  if (guidance <= 1) return [{ ...prompt, weight: 1 }];
  return [
    { ...negative, weight: 1 - guidance },
    { ...prompt, weight: guidance },
  ];
}

/**
 * A latent consistency model has its guidance built in (Luo et al., 2023, https://arxiv.org/abs/2310.04378, section 4.2):
 * it is told the scale, and there is no negative prompt.
 */
export function builtInGuidance(prompt: Encoding, guidance: number, width: number): Question[] {
  return [{ ...prompt, weight: 1, guidance: guidanceEmbedding(guidance, width) }];
}

/**
 * InstructPix2Pix's two guidances (Brooks et al., 2023, https://arxiv.org/abs/2211.09800, equation 3): towards the
 * picture, and from there towards the instruction.
 * @param picture its latents, unscaled.
 */
export function instructGuidance(
  instruction: Encoding,
  negative: Encoding,
  picture: Float32Array,
  guidance: number,
  imageGuidance: number,
): Question[] {
  return [
    { ...instruction, planes: picture, weight: guidance },
    { ...negative, planes: picture, weight: imageGuidance - guidance },
    { ...negative, planes: new Float32Array(picture.length), weight: 1 - imageGuidance },
  ];
}

/** Asks the UNet all questions in one run, and adds up the answers. */
export function guided(
  run: RunUNet,
  unet: Model['unet'],
  prediction: Prediction,
  questions: readonly Question[],
  size: LatentSize,
): Denoise {
  const denoised = prediction === 'v' ? denoisedFromV : denoisedFromEps;
  return async (x, { sigma, t }) => {
    const answers = await run(asked(unet, questions, toVp(x, sigma), t, size));
    const said = x.map((_, i) =>
      questions.reduce((sum, { weight }, n) => sum + weight * answers[n * x.length + i]!, 0),
    );
    return denoised(x, said, sigma);
  };
}

/**
 * Tells by a trial what a UNet of Stable Diffusion 2.x predicts, as A1111 does: asked about nothing but grey at the
 * noisiest timestep, one that predicts noise gives about what it was given, one that predicts v far less.
 * https://github.com/AUTOMATIC1111/stable-diffusion-webui/blob/master/modules/sd_models_config.py
 */
export async function tryPrediction(
  run: RunUNet,
  unet: Model['unet'],
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
  const answers = await run(asked(unet, alike, latents, 999, size));
  const mean = answers.reduce((sum, v) => sum + v, 0) / answers.length;
  return mean - 0.5 < -1 ? 'v' : 'epsilon';
}

/** The batch of one run: every question about the same latents. */
function asked(
  { modelChannels, inChannels, contextWidth }: Model['unet'],
  questions: readonly Question[],
  latents: Latent,
  t: number,
  { h, w }: LatentSize,
): UNetValues {
  const batch = questions.length;
  const context = joined(questions.map((question) => question.context));
  const perQuestion = (name: 'label' | 'guidance'): Partial<UNetValues> => {
    const data = joined(questions.flatMap((question) => question[name] ?? []));
    return data.length > 0 ? { [name]: { data, shape: [batch, data.length / batch] } } : {};
  };
  return {
    latents: {
      data: joined(questions.flatMap(({ planes }) => (planes ? [latents, planes] : [latents]))),
      shape: [batch, inChannels, h, w],
    },
    timestep: {
      data: joined(questions.map(() => timestepEmbedding(t, modelChannels))),
      shape: [batch, modelChannels],
    },
    context: { data: context, shape: [batch, context.length / batch / contextWidth, contextWidth] },
    ...perQuestion('label'),
    ...perQuestion('guidance'),
  };
}

/** The members of a batch one after the other: the same answers, with less memory at a time. */
export async function oneByOne(run: RunUNet, values: UNetValues): Promise<Float32Array> {
  const [batch] = values.latents.shape as [number];
  const answers: Float32Array[] = [];
  for (let n = 0; n < batch; n++) {
    const member = ({ data, shape }: Value): Value => {
      const each = data.length / batch;
      return { data: data.slice(n * each, (n + 1) * each), shape: shape.with(0, 1) };
    };
    const { latents, timestep, context, label, guidance } = values;
    answers.push(
      await run({
        latents: member(latents),
        timestep: member(timestep),
        context: member(context),
        ...(label && { label: member(label) }),
        ...(guidance && { guidance: member(guidance) }),
      }),
    );
  }
  return joined(answers);
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
