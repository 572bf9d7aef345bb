/** A1111's and ComfyUI's schedules by name: noise levels from the top to the end, 0 included where they have one. */
import { betaQuantile } from './beta';
import { linspace, roundEven, torchLinspace } from './numbers';
import type { ScheduleName } from './settings';
import {
  alignYourSteps,
  alignedByComfyUI,
  exponential,
  karras,
  klOptimal,
  linearQuadratic,
  polyexponential,
} from './sigmas';
import type { Trained } from './trained';

/** A network's trained noise levels, in the form that schedules need. */
export interface Ladder {
  readonly trained: Trained;
  readonly sigmaAt: (t: number) => number;
  /** The timesteps of the highest and the lowest sigma. */
  readonly top: number;
  readonly bottom: number;
}

/** Between which levels a schedule goes, and what bends it. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
  /** The curvature of schedules that bend; absent: their usual one. */
  readonly rho?: number;
  readonly betaAlpha: number;
  readonly betaBeta: number;
  readonly xl: boolean;
}

type Levels = (count: number, ladder: Ladder, bounds: Bounds) => number[];
export type Named = Exclude<ScheduleName, 'Automatic'>;

const ended = (levels: number[]): number[] => [...levels, 0];

const evenly: Levels = (count, { sigmaAt, top, bottom }) =>
  ended([...torchLinspace(top, bottom, count)].map(sigmaAt));

/** Trained levels at even intervals, from the second up. */
const ddim: Levels = (count, { trained }) => {
  const stride = Math.max(1, Math.floor(trained.sigmas.length / count));
  const levels: number[] = [];
  for (let t = 1; t < trained.sigmas.length; t += stride) levels.unshift(trained.sigmas[t]!);
  return ended(levels);
};

const common = {
  Uniform: evenly,
  Normal: evenly,
  Karras: (count, _, { min, max, rho }) => ended(karras(count, min, max, rho)),
  Exponential: (count, _, { min, max }) => ended(exponential(count, min, max)),
  Polyexponential: (count, _, { min, max, rho }) => ended(polyexponential(count, min, max, rho)),
  'SGM Uniform': (count, { sigmaAt, top, bottom }) =>
    ended([...torchLinspace(top, bottom, count + 1)].slice(0, -1).map(sigmaAt)),
  Simple: (count, { trained }) =>
    ended(
      Array.from({ length: count }, (_, i) =>
        trained.sigmas.at(-1 - Math.floor((i * trained.sigmas.length) / count))!,
      ),
    ),
  DDIM: ddim,
  // As for SDXL Turbo: the first of ten even parts of the trained timesteps; more steps part them finer.
  Turbo: (count, { trained, sigmaAt }) => {
    const part = trained.sigmas.length / Math.max(10, count);
    return ended(
      Array.from({ length: count }, (_, i) => sigmaAt(trained.sigmas.length - 1 - Math.floor(i * part))),
    );
  },
  'Linear Quadratic': (count, _, { max }) => linearQuadratic(count, max),
} satisfies Partial<Record<Named, Levels>>;

/** A1111's noise levels, for each schedule. */
export const ladderLikeA1111: Readonly<Record<Named, Levels>> = {
  ...common,
  // Ends at the lowest sigma, not at 0.
  'KL Optimal': (count, _, { min, max }) => klOptimal(count + 1, min, max),
  'Align Your Steps': (count, _, { xl }) => ended(alignYourSteps(count, xl ? 'sdxl' : 'sd')),
  // Evenly in the distribution over sigma itself.
  Beta: (count, _, { min, max, betaAlpha, betaBeta }) =>
    ended(linspace(1, 0, count).map((share) => min + betaQuantile(share, betaAlpha, betaBeta) * (max - min))),
};

/** ComfyUI's noise levels, for each schedule. */
export const ladderLikeComfyUI: Readonly<Record<Named, Levels>> = {
  ...common,
  'KL Optimal': (count, _, { min, max }) => ended(klOptimal(count, min, max)),
  'Align Your Steps': (count, _, { xl }) => alignedByComfyUI(count, xl ? 'sdxl' : 'sd'),
  // Evenly in the distribution over timesteps, whole ones, none twice.
  Beta: (count, { trained }, { betaAlpha, betaBeta }) => {
    const shares = Array.from({ length: count }, (_, i) => 1 - i / count);
    const last = trained.sigmas.length - 1;
    // To nine digits first, so that a half is one.
    const ts = shares.map((share) =>
      roundEven(Number((betaQuantile(share, betaAlpha, betaBeta) * last).toFixed(9))),
    );
    return ended([...new Set(ts)].map((t) => trained.sigmas[t]!));
  },
};
