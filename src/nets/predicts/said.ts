/** Statements about a model's noise, and their various spellings. */
import { DrobeError } from '../../errors';
import type { BetaSchedule, ContinuousNoise, FlowNoise, Prediction } from '../model';

/** Absent fields are left to other sources. */
export interface Said {
  readonly prediction?: Prediction;
  readonly betas?: Partial<BetaSchedule>;
  /** Trained over all noise between two levels, and not over a table of betas. */
  readonly continuous?: Partial<ContinuousNoise>;
  /** Trained over straight paths to noise. */
  readonly flow?: Partial<FlowNoise>;
  /** The factor from the VAE's latents to the UNet's. */
  readonly scaleFactor?: number;
  /** Subtracted from them before. */
  readonly shift?: number;
  /** Each of their channels is shifted and divided by these before. */
  readonly mean?: readonly number[];
  readonly deviation?: readonly number[];
  readonly zeroSnr?: boolean;
  readonly stepsOffset?: number;
  readonly alphaToOne?: boolean;
  readonly finalSigma?: 'zero' | 'lowest';
  readonly spacing?: string;
}

/** Only lower-case letters, for "v-prediction", "V_Prediction", "v pred". */
const spellings: ReadonlyMap<string, Prediction> = new Map([
  ...(['v', 'vpred', 'vprediction', 'vparam', 'vparameterization', 'velocity'] as const).map(
    (word) => [word, 'v'] as const,
  ),
  ...(['eps', 'epsilon', 'epspred', 'epsprediction', 'epsilonprediction', 'noise'] as const).map(
    (word) => [word, 'epsilon'] as const,
  ),
]);

const lettersOf = (word: string): string => word.toLowerCase().replace(/[\s_"'-]/g, '');

/** The prediction, by any of its names; null for an unknown word. */
export const predictionNamed = (word: string): Prediction | null => spellings.get(lettersOf(word)) ?? null;

/** Words for a prediction of the flow, and of the picture itself. */
const FLOW = /^(?:rectified)?flow(?:matching|prediction)?$/;
const PICTURE = /^(?:sample|x0(?:prediction)?)$/;

/**
 * From metadata, which may say anything: an unknown word tells nothing.
 * @throws DrobeError 'unsupported-model' for one that predicts the picture itself.
 */
export function predictionSaid(word: string | undefined): Said {
  const named = word?.slice(0, 40) ?? '';
  const prediction = predictionNamed(named);
  if (prediction) return { prediction };
  if (PICTURE.test(lettersOf(named))) refuse(`a model that predicts "${named}", by what its metadata says`);
  return FLOW.test(lettersOf(named)) ? { flow: {} } : {};
}

/** "True", as Python writes it, and other spellings. */
export const isTrue = (word: string | undefined): boolean => /^(?:true|yes|1)$/i.test(word?.trim() ?? '');

/** Betas that end in pure noise are sampled with timesteps that begin there: Lin et al. (2023), arXiv 2305.08891, section 3.3. */
export const ZERO_SNR: Said = { zeroSnr: true, spacing: 'trailing' };

/** A number above zero. */
export function positive(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number > 0 ? number : undefined;
}

/** Without undefined properties: `exactOptionalPropertyTypes` distinguishes absent from undefined. */
export function present<T extends object>(fields: { readonly [K in keyof T]: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** Betas by their ends, if these are valid: above 0 and below 1. */
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

/** Two noise levels, the lower one first; empty if they are not valid. */
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
