/** Default options of samplers. */
import type { SamplerName, Sampling } from '../settings';
import type { Solver } from '../sampler';

/** Samplers with optional noise, which add none by default. */
const still: ReadonlySet<SamplerName> = new Set([
  'DDIM',
  'DDIM CFG++',
  'Euler CFG++',
  'RES multistep',
  'RES multistep CFG++',
  'Exp Heun 2 x0',
]);

const defaults: Solver = {
  eta: 1,
  noiseScale: 1,
  correction: 'midpoint',
  curvature: 1 / 2,
  unipc: 'bh2',
  measure: 'log sigma',
  averages: 'eps',
  timestepScaling: 10,
  relativeTolerance: 0.05,
  absoluteTolerance: 0.0078,
  adaptiveOrder: 3,
  midway: 1 / 2,
  throughLogs: true,
};

/** @param own options in which a tool differs for this sampler. */
export function solverOf(sampling: Sampling, own: Partial<Solver> = {}): Solver {
  const { sampler, eta, noiseScale, unipc } = sampling;
  return {
    ...defaults,
    ...(still.has(sampler) && { eta: 0 }),
    ...(sampler === 'DPM++ 2M SDE Heun' && { correction: 'heun' }),
    ...own,
    ...(eta !== undefined && { eta }),
    ...(noiseScale !== undefined && { noiseScale }),
    ...(unipc && { unipc }),
  };
}
