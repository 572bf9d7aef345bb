/** What the denoiser is asked in a step, and how its answers are combined. */
import { guidanceEmbedding } from '../nets/unet';
import type { Latent } from '../sampling/latent';

/** A prompt as the denoiser is given it. */
export interface Encoding {
  /** [tokens, width]. */
  readonly context: Float32Array;
  /** The pooled prompt, and sizes, for a UNet that takes them: [label width]. */
  readonly label?: Float32Array;
}

/** One question to the denoiser about the same latents, and how much its answer counts. */
export interface Question extends Encoding {
  /** The answers are added up, each times its weight. */
  readonly weight: number;
  /** Its weight without guidance, when only the prompt counts. */
  readonly unguided: number;
  /** It is the question that guidance leads away from. */
  readonly negative?: true;
  /** Channels [.., h, w] that follow the latents, for a UNet that takes more than latents. */
  readonly planes?: Float32Array;
  /** The embedded guidance scale, for a UNet that takes it: [guidance width]. */
  readonly guidance?: Float32Array;
  /** For each block of an MMDiT 1, or 0 where it is left out. */
  readonly keep?: Float32Array;
}

/** Smaller weights are rounding errors: 0.7 + 0.2 + 0.1 is not quite 1. */
const ROUNDING = 1e-9;

/** A prompt, or one of those that AND joins, and how much it counts among them: 1 for one alone. */
export interface Wish {
  readonly encoding: Encoding;
  readonly weight: number;
}

/**
 * Classifier-free guidance (Ho & Salimans, 2022, https://arxiv.org/abs/2207.12598): away from the negative prompt, to and
 * beyond the prompt. Several prompts lead each its own way from there (Liu et al., 2022, "Composable Diffusion",
 * https://arxiv.org/abs/2206.01714). A negative prompt of weight 0 is not asked.
 */
export function textGuidance(
  wishes: readonly Wish[],
  negative: Encoding,
  guidance: number,
  always = false,
): Question[] {
  const sum = wishes.reduce((all, { weight }) => all + weight, 0);
  const questions = wishes.map(({ encoding, weight }): Question => ({
    ...encoding,
    weight: weight * guidance,
    unguided: weight,
  }));
  const away = 1 - sum * guidance;
  if (Math.abs(away) < ROUNDING && !always) return questions;
  return [{ ...negative, weight: away, unguided: 1 - sum, negative: true }, ...questions];
}

/**
 * The questions while guidance is off: the negative prompt is not asked, and the first prompt's answer is used instead, as
 * in A1111. A single prompt then counts as without guidance.
 */
export function atRest(questions: readonly Question[]): readonly Question[] {
  const negative = questions.find((question) => question.negative);
  const [first, ...others] = questions.filter((question) => question !== negative);
  if (!negative || !first) return questions;
  const weight = first.weight + negative.weight;
  return [{ ...first, weight, unguided: first.unguided + negative.unguided }, ...others];
}

/**
 * Skip-layer guidance: away, too, from what a prompt leads to without some blocks, which then is worse made. As Stability AI's
 * reference for 3.5 Medium has it: https://github.com/Stability-AI/sd3.5.
 * @param all a number for each block, and `some` with 0 for those that are left out.
 */
export function skipLayerGuidance(
  questions: readonly Question[],
  scale: number,
  all: Float32Array,
  some: Float32Array,
): Question[] {
  const asked = questions.map((question) => ({ ...question, keep: all }));
  if (scale === 0) return asked;
  const prompts = asked.filter(({ negative }) => !negative);
  return [
    ...asked.map((question) =>
      question.negative ? question : { ...question, weight: question.weight + scale * question.unguided },
    ),
    ...prompts.map((prompt) => ({ ...prompt, keep: some, weight: -scale * prompt.unguided, unguided: 0 })),
  ];
}

/**
 * A latent consistency model has its guidance built in (Luo et al., 2023, https://arxiv.org/abs/2310.04378, section 4.2):
 * it is told the scale, and there is no negative prompt.
 */
export function builtInGuidance(wishes: readonly Wish[], guidance: number, width: number): Question[] {
  const told = guidanceEmbedding(guidance, width);
  return wishes.map(({ encoding, weight }) => ({ ...encoding, weight, unguided: weight, guidance: told }));
}

/**
 * InstructPix2Pix's two guidances (Brooks et al., 2023, https://arxiv.org/abs/2211.09800, equation 3): towards the picture,
 * and from there towards the instruction. Questions of weight 0 are not asked.
 * @param picture its latents, unscaled.
 * @param always ask the negative question in any case.
 */
export function instructGuidance(
  instruction: Encoding,
  negative: Encoding,
  picture: Float32Array,
  guidance: number,
  imageGuidance: number,
  always = false,
): Question[] {
  const nothing = new Float32Array(picture.length);
  const questions: Question[] = [
    { ...instruction, planes: picture, weight: guidance, unguided: 1 },
    { ...negative, planes: picture, weight: imageGuidance - guidance, unguided: 0 },
    { ...negative, planes: nothing, weight: 1 - imageGuidance, unguided: 0, negative: true },
  ];
  return questions.filter(
    (question) =>
      question.unguided > 0 || Math.abs(question.weight) >= ROUNDING || (always && question.negative),
  );
}

/**
 * The weighted sum of the answers.
 * @param answers one after another, each of `length` numbers.
 * @param rescale how far the contrast is brought back to that of the prompt alone, 0 to 1 (Lin et al., 2023,
 * https://arxiv.org/abs/2305.08891, section 3.4).
 */
export function combined(
  answers: Float32Array,
  questions: readonly Question[],
  length: number,
  rescale = 0,
): Latent {
  const sum = (key: 'weight' | 'unguided'): Latent =>
    Float32Array.from({ length }, (_, i) =>
      questions.reduce((all, question, n) => all + question[key] * answers[n * length + i]!, 0),
    );
  const guided = sum('weight');
  if (rescale === 0) return guided;
  const factor = 1 + rescale * (deviation(sum('unguided')) / deviation(guided) - 1);
  return guided.map((v) => v * factor);
}

/** The standard deviation of a sample, as torch.std has it. */
function deviation(x: Float32Array): number {
  const mean = x.reduce((sum, v) => sum + v, 0) / x.length;
  return Math.sqrt(x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (x.length - 1));
}

/** Prompts joined by AND are padded to the longest with their last token's vector, as in A1111. */
export function sameEnd(wishes: readonly Wish[], width: number): readonly Wish[] {
  const length = Math.max(...wishes.map(({ encoding }) => encoding.context.length));
  return wishes.map((wish) => {
    const { context } = wish.encoding;
    if (context.length === length) return wish;
    const longer = new Float32Array(length);
    longer.set(context);
    for (let at = context.length; at < length; at += width) longer.set(context.subarray(-width), at);
    return { ...wish, encoding: { ...wish.encoding, context: longer } };
  });
}

/** Texts of different lengths are repeated until all are equally long: attention gives the same answer. */
export function sameLength(questions: readonly Question[]): readonly Question[] {
  const lengths = questions.map(({ context }) => context.length);
  const length = lengths.reduce((all, own) => (all * own) / divisor(all, own), 1);
  if (lengths.every((own) => own === length)) return questions;
  return questions.map((question) => {
    const context = new Float32Array(length);
    for (let at = 0; at < length; at += question.context.length) context.set(question.context, at);
    return { ...question, context };
  });
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
