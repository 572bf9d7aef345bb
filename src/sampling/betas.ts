/** How much noise each trained timestep has: what a network was trained with. */
import { lastOf } from '../checked';
import { torchLinspace } from './numbers';

/** The noise that a network was trained with, step by step: β rises from start to end. */
export interface BetaSchedule {
  readonly betaStart: number;
  readonly betaEnd: number;
  /** Timesteps the network was trained with. */
  readonly steps: number;
  /** Evenly in the root of β, evenly in β, or as a cosine of ᾱ has it (Nichol and Dhariwal, 2021, arXiv 2102.09672). */
  readonly kind: 'scaled_linear' | 'linear' | 'squaredcos_cap_v2';
}

const { fround } = Math;

/** β_t of the cosine: equation 17 there, and none above 0.999. */
function cosineBetas(steps: number): number[] {
  const bar = (t: number): number => Math.cos((((t / steps + 0.008) / 1.008) * Math.PI) / 2) ** 2;
  return Array.from({ length: steps }, (_, t) => Math.min(1 - bar(t + 1) / bar(t), 0.999));
}

/** ᾱ_t, the running product of 1 − β (Ho et al., 2020): rounded where torch rounds, so that the numbers agree. */
export function alphasCumprod({ betaStart, betaEnd, steps, kind }: BetaSchedule): Float32Array<ArrayBuffer> {
  let product = 1; // double: torch accumulates so on the CPU
  if (kind === 'squaredcos_cap_v2')
    return Float32Array.from(cosineBetas(steps), (b) => (product *= fround(1 - fround(b))));
  const root = kind === 'scaled_linear';
  const betas = torchLinspace(
    root ? Math.sqrt(betaStart) : betaStart,
    root ? Math.sqrt(betaEnd) : betaEnd,
    steps,
  );
  return betas.map((b) => (product *= fround(1 - (root ? fround(b * b) : b))));
}

/** ᾱ_t without any rounding on the way: as the original code, and so A1111 and ComfyUI, has it. */
export function exactAlphasCumprod({ betaStart, betaEnd, steps, kind }: BetaSchedule): Float64Array {
  let product = 1;
  if (kind === 'squaredcos_cap_v2') return Float64Array.from(cosineBetas(steps), (b) => (product *= 1 - b));
  const root = kind === 'scaled_linear';
  const [from, to] = root ? [Math.sqrt(betaStart), Math.sqrt(betaEnd)] : [betaStart, betaEnd];
  return Float64Array.from({ length: steps }, (_, i) => {
    const b = from + ((to - from) * i) / Math.max(1, steps - 1);
    return (product *= 1 - (root ? b * b : b));
  });
}

/**
 * Lin et al. (2023), arXiv 2305.08891, Algorithm 1: √ᾱ moved and stretched so that the first stays and the last is zero.
 * @param last what ᾱ is given in place of that zero, where sigma must not be infinite.
 */
export function zeroTerminalSnr<T extends Float32Array | Float64Array>(alphas: T, last: number): T {
  const first = Math.sqrt(alphas[0]!);
  const lowest = Math.sqrt(lastOf(alphas));
  const stretched = alphas.map((a) => (((Math.sqrt(a) - lowest) * first) / (first - lowest)) ** 2) as T;
  stretched[stretched.length - 1] = last;
  return stretched;
}

/** The noise level of each trained timestep, √((1 − ᾱ) / ᾱ) (Karras et al., 2022, Appendix C.3). */
export function trainedSigmas(alphas: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  return alphas.map((a) => Math.sqrt(fround(fround(1 - a) / a)));
}
