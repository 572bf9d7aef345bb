/** What somebody says of a model's noise, and how the same thing is spelled by those who say it. */
import { DrobeError } from '../../errors';
import type { BetaSchedule, ContinuousNoise, FlowNoise, Prediction } from '../model';

/** What is absent is left to others. */
export interface Said {
  readonly prediction?: Prediction;
  readonly betas?: Partial<BetaSchedule>;
  /** It was trained over all the noise between two levels, and not over a table of betas. */
  readonly continuous?: Partial<ContinuousNoise>;
  /** It was trained over straight paths to noise. */
  readonly flow?: Partial<FlowNoise>;
  /** What the VAE's latents are multiplied by to be the UNet's. */
  readonly scaleFactor?: number;
  /** What is taken off them before. */
  readonly shift?: number;
  /** What each channel of them is moved and divided by before. */
  readonly mean?: readonly number[];
  readonly deviation?: readonly number[];
  readonly zeroSnr?: boolean;
  readonly stepsOffset?: number;
  readonly alphaToOne?: boolean;
  readonly finalSigma?: 'zero' | 'lowest';
  readonly spacing?: string;
}

/** In letters alone, small: "v-prediction", "V_Prediction", "v pred". */
const spellings: ReadonlyMap<string, Prediction> = new Map([
  ...(['v', 'vpred', 'vprediction', 'vparam', 'vparameterization', 'velocity'] as const).map(
    (word) => [word, 'v'] as const,
  ),
  ...(['eps', 'epsilon', 'epspred', 'epsprediction', 'epsilonprediction', 'noise'] as const).map(
    (word) => [word, 'epsilon'] as const,
  ),
]);

const lettersOf = (word: string): string => word.toLowerCase().replace(/[\s_"'-]/g, '');

/** What is predicted by whatever it is called; null for a word that is not known. */
export const predictionNamed = (word: string): Prediction | null => spellings.get(lettersOf(word)) ?? null;

/** Words for what latents flow to, and for the picture itself. */
const FLOW = /^(?:rectified)?flow(?:matching|prediction)?$/;
const PICTURE = /^(?:sample|x0(?:prediction)?)$/;

/**
 * Of metadata, which says all kinds of things: a word that is not known says nothing.
 * @throws DrobeError 'unsupported-model' for one that predicts the picture itself.
 */
export function predictionSaid(word: string | undefined): Said {
  const named = word?.slice(0, 40) ?? '';
  const prediction = predictionNamed(named);
  if (prediction) return { prediction };
  if (PICTURE.test(lettersOf(named))) refuse(`a model that predicts "${named}", by what its metadata says`);
  return FLOW.test(lettersOf(named)) ? { flow: {} } : {};
}

/** "True", as Python writes it, and what else people write for it. */
export const isTrue = (word: string | undefined): boolean => /^(?:true|yes|1)$/i.test(word?.trim() ?? '');

/** Betas that end in noise alone are drawn over timesteps that begin there: Lin et al. (2023), arXiv 2305.08891, section 3.3. */
export const ZERO_SNR: Said = { zeroSnr: true, spacing: 'trailing' };

/** A number above zero. */
export function positive(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number > 0 ? number : undefined;
}

/** What is there of these: `exactOptionalPropertyTypes` tells absent from undefined. */
export function present<T extends object>(fields: { readonly [K in keyof T]: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** Betas by their ends, where they are some: each above 0 and below 1. */
export function betaEnds(start: unknown, end: unknown, steps: unknown): Partial<BetaSchedule> {
  const beta = (value: unknown): number | undefined => {
    const number = positive(value);
    return number !== undefined && number < 1 ? number : undefined;
  };
  return present<BetaSchedule>({
    betaStart: beta(start),
    betaEnd: beta(end),
    steps: wholeSteps(steps),
    kind: undefined,
  });
}

/** Of timesteps that were trained, a number there may be. */
export function wholeSteps(steps: unknown): number | undefined {
  const count = positive(steps);
  const isCount = count !== undefined && Number.isInteger(count) && count >= 2 && count <= 10_000;
  return isCount ? count : undefined;
}

/** Two noise levels, the lower one first; none where they are not so. */
export function sigmaRange(min: unknown, max: unknown): Partial<ContinuousNoise> {
  const [sigmaMin, sigmaMax] = [positive(min), positive(max)];
  if (sigmaMin !== undefined && sigmaMax !== undefined && sigmaMin >= sigmaMax) return {};
  return present<ContinuousNoise>({
    ...{ kind: undefined, sigmaData: undefined, spread: undefined },
    ...{ sigmaMin, sigmaMax },
  });
}

/** @throws DrobeError for what cannot be drawn here. @param found what it is. */
export function refuse(found: string): never {
  throw new DrobeError('unsupported-model', { found });
}
