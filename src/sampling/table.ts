/** All samplers. To add one: a function, a row here, and its name in settings.ts. */
import type { Sampler } from './sampler';
import { lcm } from './samplers/consistency';
import { ddim, ddimCfgpp } from './samplers/ddim';
import { dpmAdaptive, dpmFast } from './samplers/dpm-solver';
import { dpmpp2sAncestral, dpmppSde, multistep } from './samplers/dpmpp';
import { dpm2, dpm2Ancestral, euler, eulerAncestral, eulerCfgpp, heun } from './samplers/euler';
import { deis, ipndm, lms, plms } from './samplers/linear';
import { unipc } from './samplers/unipc';
import { resMultistep } from './samplers/res';
import type { SamplerName } from './settings';

export interface Row {
  readonly sample: Sampler;
  /** Where its noise comes from, if it takes any: independent draws, or one Brownian motion over sigma. */
  readonly noise?: 'brownian';
  /** It asks what the negative prompt alone leads to; so that is to be asked at any guidance. */
  readonly negative?: true;
  /** It asks twice a step. */
  readonly twice?: true;
}

export const samplers: Readonly<Record<SamplerName, Row>> = {
  Euler: { sample: euler },
  'Euler a': { sample: eulerAncestral },
  Heun: { sample: heun, twice: true },
  DPM2: { sample: dpm2, twice: true },
  'DPM2 a': { sample: dpm2Ancestral, twice: true },
  LMS: { sample: lms },
  'DPM++ 2S a': { sample: dpmpp2sAncestral, twice: true },
  'DPM++ 2M': { sample: multistep(2, false) },
  'DPM++ 3M': { sample: multistep(3, false) },
  'DPM++ SDE': { sample: dpmppSde, noise: 'brownian', twice: true },
  'DPM++ 2M SDE': { sample: multistep(2, true), noise: 'brownian' },
  'DPM++ 2M SDE Heun': { sample: multistep(2, true), noise: 'brownian' },
  'DPM++ 3M SDE': { sample: multistep(3, true), noise: 'brownian' },
  'DPM fast': { sample: dpmFast },
  'DPM adaptive': { sample: dpmAdaptive },
  Restart: { sample: heun, twice: true },
  DDIM: { sample: ddim },
  'DDIM CFG++': { sample: ddimCfgpp, negative: true },
  DDPM: { sample: ddim },
  PLMS: { sample: plms },
  UniPC: { sample: unipc },
  DEIS: { sample: deis },
  iPNDM: { sample: ipndm },
  'RES multistep': { sample: resMultistep },
  LCM: { sample: lcm },
  TCD: { sample: eulerAncestral },
  'Euler CFG++': { sample: eulerCfgpp, negative: true },
};
