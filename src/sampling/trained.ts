/** From timestep to sigma and back, among the sigmas that a network was trained with. */

/** The sigma of each trained timestep, going up, and its logarithm, rounded as the tool does. */
export interface Trained {
  readonly sigmas: Float32Array<ArrayBuffer>;
  readonly logs: Float32Array<ArrayBuffer>;
}

/** @param sigmas of the trained timesteps, from timestep 0 up. @param logs theirs, where a tool rounds them differently. */
export function trainedOn(sigmas: Float32Array<ArrayBuffer>, logs = sigmas.map(Math.log)): Trained {
  return { sigmas, logs };
}

const { fround } = Math;

/** Linear between two trained timesteps, constant beyond the ends: numpy's interp. */
export function sigmaAt(t: number, trained: Trained): number {
  const { low, high, share } = between(t, trained.sigmas);
  return low + share * (high - low);
}

/** The same, linear in log sigma, in float32 as in torch: k-diffusion's t_to_sigma. */
export function logSigmaAt(t: number, trained: Trained): number {
  const { low, high, share } = between(fround(t), trained.logs);
  const log = fround(fround(fround(1 - share) * low) + fround(share * high));
  return fround(Math.exp(log));
}

function between(t: number, table: Float32Array): { low: number; high: number; share: number } {
  const at = Math.min(Math.max(t, 0), table.length - 1);
  const low = Math.floor(at);
  return { low: table[low]!, high: table[Math.ceil(at)]!, share: at - low };
}

/** The timestep of a sigma, linear in log sigma between two trained ones: k-diffusion's sigma_to_t. */
export function timestepOf(sigma: number, { sigmas, logs }: Trained): number {
  // A binary search, as samplers ask thousands of times.
  let low = 0;
  for (let above = sigmas.length - 1; above - low > 1;) {
    const middle = (low + above) >> 1;
    if (sigmas[middle]! <= sigma) low = middle;
    else above = middle;
  }
  const [a, b] = [logs[low]!, logs[low + 1]!];
  return low + Math.min(Math.max((a - Math.log(sigma)) / (a - b), 0), 1);
}

/** The trained timestep whose log sigma is nearest; of two that are as near in float32, the lower. */
export function nearestTimestep(sigma: number, trained: Trained): number {
  const { logs } = trained;
  const log = fround(Math.log(fround(sigma)));
  const far = (at: number): number => Math.abs(fround(log - logs[at]!));
  const t = Math.floor(timestepOf(sigma, trained));
  return t + 1 < logs.length && far(t + 1) < far(t) ? t + 1 : t;
}
