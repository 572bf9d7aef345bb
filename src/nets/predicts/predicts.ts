/**
 * What a denoiser predicts, and over which noise it was trained: shapes do not tell. Each source that may say so has a row
 * here; a later row overrules those before it, and a person's choice overrules all.
 */
import type { BetaSchedule, ContinuousNoise, FlowNoise, Model, Teller } from '../model';
import { betaEnds, positive, predictionSaid, refuse, sigmaRange, ZERO_SNR, type Said } from './said';
import { flagsSay, wordsSay } from './stated';
import { SCHEDULER_CONFIG, schedulerSays, VAE_CONFIG, vaeConfigSays } from './scheduler-config';
import { CONFIG_YAML, configSays } from './yaml-config';

export { CONFIG_YAML, isConfig } from './yaml-config';
export { SCHEDULER_CONFIG, VAE_CONFIG } from './scheduler-config';

/** Names of tensors, and metadata: the file's own, and the texts of files beside it, under their names. */
export interface Witness {
  readonly has: (tensor: string) => boolean;
  /** Undefined for an empty text, too. */
  readonly text: (key: string) => string | undefined;
  /** All that metadata says. */
  readonly metadata: ReadonlyMap<string, string>;
}

interface Row {
  readonly teller: Teller;
  readonly says: (witness: Witness) => Said;
}

/**
 * Tensors that are marks and not weights: their presence tells something, and of some their numbers do. The numbers are
 * read beforehand, and are in the metadata under these names.
 */
const MARKS = [
  'v_pred',
  'ztsnr',
  'edm_vpred.sigma_max',
  'edm_vpred.sigma_min',
  'edm_mean',
  'edm_std',
  'alphas_cumprod',
];

const MARK = new RegExp(`(?:^|\\.)(${MARKS.join('|').replaceAll('.', '\\.')})$`);

/** The mark that a tensor is, whatever is written before it; null for weights. */
export const markOf = (tensor: string): string | null => MARK.exec(tensor)?.[1] ?? null;

const rows: readonly Row[] = [
  { teller: 'marks', says: ({ text }) => tableSays(text('alphas_cumprod')) },
  { teller: 'metadata', says: ({ metadata }) => flagsSay(metadata) },
  { teller: 'metadata', says: ({ text }) => architectureSays(text('modelspec.architecture')) },
  { teller: 'metadata', says: ({ metadata }) => wordsSay(metadata) },
  // Marks after metadata, which is copied from model to model without a thought; a mark is added on purpose.
  { teller: 'marks', says: ({ has }) => (has('v_pred') ? { prediction: 'v' } : {}) },
  { teller: 'marks', says: ({ has }) => (has('ztsnr') ? ZERO_SNR : {}) },
  { teller: 'marks', says: cosXl },
  { teller: 'marks', says: playground },
  { teller: 'metadata', says: ours },
  { teller: 'yaml', says: ({ text }) => configSays(text(CONFIG_YAML)) },
  { teller: 'scheduler', says: ({ text }) => vaeConfigSays(text(VAE_CONFIG)) },
  { teller: 'scheduler', says: ({ text }) => schedulerSays(text(SCHEDULER_CONFIG)) },
];

/** Of ModelSpec's architectures only Stable Diffusion 2's two tell. */
function architectureSays(name = ''): Said {
  const [, which] = /^stable-diffusion-v2-(512|768-v)\b/.exec(name) ?? [];
  return which ? { prediction: which === '512' ? 'epsilon' : 'v' } : {};
}

/**
 * The table of a checkpoint's own betas, which A1111 samples with and OneTrainer writes: one that ends in pure noise can only
 * have been trained for v. Usually it ends at 0.0047.
 */
function tableSays(ends: string | undefined): Said {
  const [first = 0, last = 1] = numbers(ends);
  return first > 0.9 && last < 1e-5 ? { prediction: 'v', ...ZERO_SNR } : {};
}

/** https://huggingface.co/stabilityai/cosxl: v over all noise between two levels. */
function cosXl({ has, text }: Witness): Said {
  if (!has('edm_vpred.sigma_max')) return {};
  const levels = sigmaRange(text('edm_vpred.sigma_min'), text('edm_vpred.sigma_max'));
  return {
    prediction: 'v',
    continuous: { kind: 'continuous', sigmaMin: 0.002, sigmaMax: 120, sigmaData: 1, ...levels },
  };
}

/**
 * Playground 2.5, arXiv 2402.17245: the noise and the scaling of Karras et al. (2022), Table 1, over latents with
 * each channel brought to a mean of 0 and a deviation of 0.5.
 * https://huggingface.co/playgroundai/playground-v2.5-1024px-aesthetic
 */
function playground({ has, text }: Witness): Said {
  if (!has('edm_mean') || !has('edm_std')) return {};
  const [mean, deviation] = [numbers(text('edm_mean')), numbers(text('edm_std'))];
  const sound = mean.length > 0 && mean.length === deviation.length && deviation.every((d) => d > 0);
  return {
    prediction: 'epsilon',
    continuous: { kind: 'continuous', sigmaMin: 0.002, sigmaMax: 80, sigmaData: 0.5 },
    scaleFactor: 0.5,
    ...(sound ? { mean, deviation } : PLAYGROUND),
  };
}

/** From its vae/config.json. */
const PLAYGROUND = { mean: [-1.6574, 1.886, -1.383, 2.5155], deviation: [8.4927, 5.9022, 6.5498, 5.2299] };

const numbers = (text: string | undefined): number[] =>
  (text ?? '').split(/[\s,]+/).flatMap((n) => {
    const value = Number(n);
    return n !== '' && Number.isFinite(value) ? [value] : [];
  });

/** The statements of checkpoints made for this program: `sd.*`. */
function ours({ text }: Witness): Said {
  const scaleFactor = positive(text('sd.scale_factor'));
  return {
    ...predictionSaid(text('sd.prediction_type')),
    betas: betaEnds(text('sd.beta_start'), text('sd.beta_end'), undefined),
    ...(scaleFactor !== undefined && { scaleFactor }),
  };
}

const usual: BetaSchedule = { kind: 'scaled_linear', betaStart: 0.00085, betaEnd: 0.012, steps: 1000 };
const continuous: ContinuousNoise = {
  kind: 'continuous',
  sigmaMin: 0.002,
  sigmaMax: 120,
  sigmaData: 1,
  spread: 'karras',
};

/** In every published Stable Diffusion 3. */
const flow: FlowNoise = { kind: 'flow', shift: 3, steps: 1000 };

/** The facts of a model that follow from all statements. */
export interface Predicts extends Pick<Model, 'prediction' | 'noise' | 'scheduler' | 'told'> {
  readonly vae: Pick<Model['vae'], 'scale' | 'shift' | 'mean' | 'deviation'>;
  readonly spacing?: string;
}

/**
 * @param family values that hold if no source says otherwise; its prediction is null if its models differ.
 * @throws DrobeError 'unsupported-model' if a source says something that cannot be drawn here.
 */
export function predictsOf(
  names: Iterable<string>,
  metadata: ReadonlyMap<string, string>,
  family: Pick<Model, 'latents' | 'prediction'> &
    Pick<Model['vae'], 'scale' | 'shift'> & { readonly channels: number },
): Predicts {
  const marks = new Set([...names].map(markOf));
  const witness: Witness = {
    has: (name) => marks.has(name),
    text: (key) => metadata.get(key) || undefined,
    // A mark's numbers are no statement.
    metadata: new Map([...metadata].filter(([key]) => !marks.has(key))),
  };
  const heard = rows.map(({ teller, says }) => ({ teller, said: says(witness) }));
  const all = heard.reduce<Said>((sum, { said }) => ({ ...sum, ...said }), {});
  if (family.prediction === 'flow') return flowOf(heard, all, family);
  if (all.flow) refuse(`a UNet for flow matching, by what its ${flowTeller(heard)} says`);
  const {
    prediction = family.prediction,
    scaleFactor = family.scale,
    shift = family.shift,
    mean,
    deviation,
    spacing,
  } = all;
  const { zeroSnr, stepsOffset, alphaToOne, finalSigma } = all;
  return {
    prediction,
    noise: all.continuous
      ? heard.reduce((sum, { said }) => ({ ...sum, ...said.continuous }), continuous)
      : heard.reduce((sum, { said }) => ({ ...sum, ...said.betas }), usual),
    scheduler: {
      ...(zeroSnr !== undefined && !all.continuous && { zeroSnr }),
      // diffusers' pipelines of SD 1.x and 2.x use 1, whatever the configuration says.
      ...(stepsOffset !== undefined && family.latents === 'sdxl' && { stepsOffset }),
      ...(alphaToOne !== undefined && { alphaToOne }),
      ...(finalSigma && { finalSigma }),
    },
    told: tellersOf(heard),
    vae: {
      scale: scaleFactor,
      shift,
      ...(mean && mean.length === family.channels && deviation && { mean, deviation }),
    },
    ...(spacing && { spacing }),
  };
}

type Heard = readonly { readonly teller: Teller; readonly said: Said }[];

const flowTeller = (heard: Heard): string =>
  heard.some(({ teller, said }) => said.flow && teller === 'scheduler')
    ? 'scheduler_config.json'
    : 'metadata';

/** For an MMDiT everything is known except the shift of its noise, and the scaling of its latents. */
function flowOf(heard: Heard, all: Said, { scale, shift }: Pick<Model['vae'], 'scale' | 'shift'>): Predicts {
  return {
    prediction: 'flow',
    noise: { ...flow, ...all.flow },
    scheduler: {},
    told: heard.flatMap(({ teller, said }) => (said.flow ? [teller] : [])),
    vae: { scale: all.scaleFactor ?? scale, shift: all.shift ?? shift },
  };
}

/** The sources that told the UNet's prediction, or an unusual noise. */
function tellersOf(heard: Heard): readonly Teller[] {
  const telling = heard.filter(({ said }) => said.prediction ?? said.zeroSnr ?? said.continuous);
  return [...new Set(telling.map(({ teller }) => teller))];
}
