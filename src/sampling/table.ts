/** All samplers. To add one: a function, a row here, and its name in settings.ts. */
import type { Sampler } from './sampler';
import { lcm } from './samplers/consistency';
import { ddimCfgpp, dpmpp2mCfgpp, dpmpp2sAncestralCfgpp, gradientEstimationCfgpp } from './samplers/cfgpp';
import { ddim } from './samplers/ddim';
import { dpmAdaptive, dpmFast } from './samplers/dpm-solver';
import { dpmpp2sAncestral, dpmppSde, multistep } from './samplers/dpmpp';
import {
  dpm2,
  dpm2Ancestral,
  euler,
  eulerAncestral,
  gradientEstimation,
  heun,
  heunpp2,
} from './samplers/euler';
import { erSde, expHeun, seeds2, seeds3 } from './samplers/exponential';
import { deis, dpmSolver, ipndm, ipndmV, lms, plms } from './samplers/linear';
import { singlestep } from './samplers/singlestep';
import { unipc } from './samplers/unipc';
import { resMultistep, resMultistepCfgpp } from './samplers/res';
import type { SamplerName } from './settings';

/** What has to be known of a sampler. */
export interface Row {
  readonly sample: Sampler;
  /** Where its noise comes from, if it takes any: independent draws, or one Brownian motion over sigma. */
  readonly noise?: 'brownian';
  /** It uses the negative prompt's own prediction, so that the network is asked for it at any guidance. */
  readonly negative?: true;
  /** The factor of the guidance scale that lets usual scales be chosen: A1111's, for CFG++. */
  readonly guidance?: number;
  /** It asks twice a step. */
  readonly twice?: true;
}

/** All samplers: a new one is a function in `samplers/`, its name in `settings.ts`, and a row here. */
export const samplers: Readonly<Record<SamplerName, Row>> = {
  Euler: { sample: euler },
  'Euler a': { sample: eulerAncestral },
  Heun: { sample: heun, twice: true },
  DPM2: { sample: dpm2, twice: true },
  'DPM2 a': { sample: dpm2Ancestral, twice: true },
  LMS: { sample: lms },
  'DPM++ 2S a': { sample: dpmpp2sAncestral, twice: true },
  'DPM++ 2S': { sample: singlestep(2) },
  'DPM++ 3S': { sample: singlestep(3) },
  'DPM++ 2M': { sample: multistep(2) },
  'DPM++ 3M': { sample: multistep(3) },
  'DPM++ SDE': { sample: dpmppSde, noise: 'brownian', twice: true },
  'DPM++ 2M SDE': { sample: multistep(2, { stochastic: true }), noise: 'brownian' },
  'DPM++ 2M SDE Heun': { sample: multistep(2, { stochastic: true }), noise: 'brownian' },
  'DPM++ 3M SDE': { sample: multistep(3, { stochastic: true }), noise: 'brownian' },
  'DPM-Solver 2M': { sample: dpmSolver },
  'DPM fast': { sample: dpmFast },
  'DPM adaptive': { sample: dpmAdaptive },
  Restart: { sample: heun, twice: true },
  DDIM: { sample: ddim },
  'DDIM CFG++': { sample: ddimCfgpp, negative: true, guidance: 1 / 12.5 },
  DDPM: { sample: ddim },
  PLMS: { sample: plms },
  UniPC: { sample: unipc },
  'UniPC bh2': { sample: unipc },
  DEIS: { sample: deis },
  iPNDM: { sample: ipndm },
  'RES multistep': { sample: resMultistep },
  LCM: { sample: lcm },
  TCD: { sample: eulerAncestral },
  'Euler CFG++': { sample: ddimCfgpp, negative: true },
  'Euler a CFG++': { sample: ddimCfgpp, negative: true },
  'DPM++ 2M CFG++': { sample: dpmpp2mCfgpp, negative: true },
  'DPM++ 2S a CFG++': { sample: dpmpp2sAncestralCfgpp, negative: true, twice: true },
  HeunPP2: { sample: heunpp2, twice: true },
  'iPNDM v': { sample: ipndmV },
  'RES multistep a': { sample: resMultistep },
  'RES multistep CFG++': { sample: resMultistepCfgpp, negative: true },
  'RES multistep a CFG++': { sample: resMultistepCfgpp, negative: true },
  'Gradient Estimation': { sample: gradientEstimation },
  'Gradient Estimation CFG++': { sample: gradientEstimationCfgpp, negative: true },
  'ER SDE': { sample: erSde },
  'SEEDS 2': { sample: seeds2, twice: true },
  'SEEDS 3': { sample: seeds3, twice: true },
  'Exp Heun 2 x0': { sample: expHeun, twice: true },
  'Exp Heun 2 x0 SDE': { sample: expHeun, twice: true },
};
