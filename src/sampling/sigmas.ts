/**
 * The schedules: how the noise levels lie between the highest and the lowest, from noise to picture. A final 0 is not
 * among them where it is not said.
 */
import { float32, linspace, type Precision } from './numbers';

/** Karras et al. (2022), arXiv 2206.00364, equation 5. */
export function karras(
  count: number,
  min: number,
  max: number,
  rho = 7,
  { round, linspace }: Precision = float32,
): number[] {
  const [high, low] = [max ** (1 / rho), min ** (1 / rho)];
  return linspace(0, 1, count).map((ramp) =>
    round(round(round(high) + round(ramp * round(low - high))) ** rho),
  );
}

/** Evenly in log sigma. */
export function exponential(
  count: number,
  min: number,
  max: number,
  { round, linspace }: Precision = float32,
): number[] {
  return linspace(Math.log(max), Math.log(min), count).map((log) => round(Math.exp(log)));
}

/** A power of the way in log sigma: k-diffusion's get_sigmas_polyexponential. */
export function polyexponential(count: number, min: number, max: number, rho = 1): number[] {
  const { round, linspace } = float32;
  const [high, low] = [Math.log(max), Math.log(min)];
  return linspace(1, 0, count).map((ramp) =>
    round(Math.exp(round(round(round(ramp ** rho) * round(high - low)) + low))),
  );
}

/** Sabour et al. (2024), arXiv 2404.14507, section 3.1 and Theorem 3.1, for a Gaussian: KL Optimal. */
export function klOptimal(count: number, min: number, max: number): number[] {
  const [high, low] = [Math.atan(max), Math.atan(min)];
  return linspace(0, 1, count).map((ramp) => Math.tan(ramp * low + (1 - ramp) * high));
}

/** The levels that Sabour et al. published for ten steps: https://research.nvidia.com/labs/toronto-ai/AlignYourSteps. */
const alignedTo = {
  sd: [14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029],
  sdxl: [14.615, 6.315, 3.771, 2.181, 1.342, 0.862, 0.555, 0.38, 0.234, 0.113, 0.029],
} as const;

/** Those levels, and for any other number of steps, what lies evenly on the line through them in log sigma. */
export function alignYourSteps(count: number, model: keyof typeof alignedTo): number[] {
  return onLine(alignedTo[model], count);
}

function onLine(levels: readonly number[], count: number): number[] {
  if (count === levels.length) return [...levels];
  const up = linspace(levels.length - 1, 0, count).map((at) => {
    const low = Math.min(Math.floor(at), levels.length - 2);
    const share = at - low;
    return Math.exp((1 - share) * Math.log(levels[low]!) + share * Math.log(levels[low + 1]!));
  });
  return up.reverse(); // so that a single one is the lowest, as in A1111
}

/** The same levels with more digits, as ComfyUI has them. */
const alignedFinely = {
  sd: [
    14.6146412293, 6.4745760956, 3.8636745985, 2.694615152, 1.8841921177, 1.3943805092, 0.9642583904,
    0.6523686016, 0.3977456272, 0.1515232662, 0.0291671582,
  ],
  sdxl: [
    14.6146412293, 6.3184485287, 3.7681790315, 2.1811480769, 1.3405244945, 0.8620721141, 0.5550693289,
    0.3798540708, 0.2332364134, 0.1114188177, 0.0291671582,
  ],
} as const;

/** One level more than there are steps, the last one 0: ComfyUI's AlignYourStepsScheduler. */
export function alignedByComfyUI(steps: number, model: keyof typeof alignedFinely): number[] {
  return [...onLine(alignedFinely[model], steps + 1).slice(0, -1), 0];
}

/**
 * Straight down for half of the steps, then ever faster: ComfyUI's linear_quadratic, after Polyak et al. (2024), Movie Gen,
 * arXiv 2410.13720, section 3.4.2. Ends with 0.
 */
export function linearQuadratic(steps: number, max: number): number[] {
  if (steps === 1) return [max, 0];
  const threshold = 0.025; // the share of the noise that the straight half takes away
  const straight = Math.floor(steps / 2);
  const rest = steps - straight;
  const short = straight - threshold * steps;
  const square = short / (straight * rest * rest);
  const slope = threshold / straight - (2 * short) / (rest * rest);
  const gone = Array.from({ length: steps }, (_, i) =>
    i < straight ? (i * threshold) / straight : square * (i * i + straight * straight) + slope * i,
  );
  return [...gone.map((share) => (1 - share) * max), 0];
}
