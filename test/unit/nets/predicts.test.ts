import { describe, expect, it, test } from 'vitest';
import { DrobeError } from '../../../src/errors';
import {
  CONFIG_YAML,
  isConfig,
  predictsOf,
  SCHEDULER_CONFIG,
  VAE_CONFIG,
} from '../../../src/nets/predicts/predicts';
import { scalarsOf } from '../../../src/nets/predicts/yaml';

const sd = { prediction: 'epsilon', latents: 'sd', scale: 0.18215, shift: 0, channels: 4 } as const;
const xl = { prediction: 'epsilon', latents: 'sdxl', scale: 0.13025, shift: 0, channels: 4 } as const;
const usual = { kind: 'scaled_linear', betaStart: 0.00085, betaEnd: 0.012, steps: 1000 };

const heard = (
  metadata: Record<string, string>,
  marks: readonly string[] = [],
  family: typeof sd | typeof xl = xl,
) => predictsOf(['model.diffusion_model.out.2.weight', ...marks], new Map(Object.entries(metadata)), family);
const scheduler = (config: object, family: typeof sd | typeof xl = xl) =>
  heard({ [SCHEDULER_CONFIG]: JSON.stringify(config) }, [], family);
const yaml = (text: string) => heard({ [CONFIG_YAML]: text });
const refused = (run: () => unknown): string => {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof DrobeError && thrown.code === 'unsupported-model')
      return String(thrown.facts['found']);
    throw thrown;
  }
  throw new Error('it is not refused');
};

it('where nobody says a thing it is as in the family, over the betas of Stable Diffusion', () => {
  expect(heard({})).toEqual({
    ...{ prediction: 'epsilon', noise: usual, scheduler: {}, told: [] },
    vae: { scale: 0.13025, shift: 0 },
  });
  expect(predictsOf([], new Map(), { ...sd, prediction: null }).prediction).toBeNull();
});

describe('marks among the tensors', () => {
  it('say v, and that the betas end in noise alone, each by itself', () => {
    expect(heard({}, ['v_pred'])).toMatchObject({ prediction: 'v', scheduler: {}, told: ['marks'] });
    expect(heard({}, ['v_pred', 'ztsnr'])).toMatchObject({
      ...{ prediction: 'v', scheduler: { zeroSnr: true }, spacing: 'trailing', noise: usual },
    });
    for (const at of [
      'unet.',
      'diffusion_model.',
      'state_dict.',
      'module.',
      'model._orig_mod.diffusion_model.',
      'cond_stage_model.',
      'my.',
    ])
      expect(heard({}, [`${at}v_pred`]).prediction).toBe('v');
    expect(heard({}, ['ztsnr'])).toMatchObject({ prediction: 'epsilon', scheduler: { zeroSnr: true } });
  });

  it('are believed more than what metadata says of other models', () => {
    expect(heard({ 'modelspec.prediction_type': 'epsilon' }, ['v_pred']).prediction).toBe('v');
    expect(heard({ 'sd.prediction_type': 'epsilon' }, ['v_pred']).prediction).toBe('epsilon');
  });

  it('of CosXL say v over all noise between two levels, by its numbers where they can be read', () => {
    const marks = ['edm_vpred.sigma_max', 'edm_vpred.sigma_min'];
    const levels = { kind: 'continuous', sigmaMin: 0.002, sigmaMax: 120, sigmaData: 1 };
    expect(heard({}, marks)).toMatchObject({ prediction: 'v', noise: levels, told: ['marks'] });
    expect(heard({ 'edm_vpred.sigma_max': '80', 'edm_vpred.sigma_min': '0.01' }, marks).noise).toMatchObject({
      ...{ sigmaMin: 0.01, sigmaMax: 80 },
    });
    expect(heard({ 'edm_vpred.sigma_max': '0' }, marks).noise).toMatchObject(levels);
    expect(heard({ 'edm_vpred.sigma_max': '80' }).noise).toEqual(usual);
  });

  it('of Playground 2.5 say how noise and latents are scaled', () => {
    const marks = ['edm_mean', 'edm_std'];
    const own = heard({ edm_mean: '1, 2, 3, 4', edm_std: '5, 6, 7, 8' }, marks);
    expect(own).toMatchObject({
      prediction: 'epsilon',
      noise: { kind: 'continuous', sigmaMin: 0.002, sigmaMax: 80, sigmaData: 0.5 },
      vae: { scale: 0.5, mean: [1, 2, 3, 4], deviation: [5, 6, 7, 8] },
    });
    expect(heard({ edm_mean: '0, 0, 0, 0', edm_std: '0, 0, 0, 0' }, marks).vae.mean).toHaveLength(4);
    expect(heard({}, ['edm_mean']).noise).toEqual(usual);
  });
});

describe('the table of its own betas in a checkpoint', () => {
  it.each([
    ['of the usual betas', '0.99915, 0.0047', { prediction: 'epsilon', scheduler: {}, told: [] }],
    [
      'that ends in pure noise',
      '0.99915, 4.9e-8',
      { prediction: 'v', scheduler: { zeroSnr: true }, told: ['marks'] },
    ],
    ['of noughts', '0, 0', { prediction: 'epsilon', scheduler: {} }],
  ])('%s', (_, ends, said) => {
    expect(heard({ alphas_cumprod: ends }, ['alphas_cumprod'])).toMatchObject(said);
  });
});

describe('metadata', () => {
  test.each([
    'v',
    'V',
    'v_prediction',
    'v-prediction',
    'vpred',
    'v-pred',
    ' v ',
    '"v"',
    'v_pred',
    'velocity',
  ])('says v as %j, under whichever key', (word) => {
    for (const key of ['modelspec.predict_key', 'modelspec.prediction_type', 'sd.prediction_type'])
      expect(heard({ [key]: word })).toMatchObject({ prediction: 'v', told: ['metadata'] });
  });
  test.each(['epsilon', 'eps', 'EPS', 'epsilon-prediction', 'noise'])('says noise as %j', (word) => {
    for (const key of ['modelspec.predict_key', 'modelspec.prediction_type'])
      expect(predictsOf([], new Map([[key, word]]), { ...sd, prediction: null }).prediction).toBe('epsilon');
  });
  it('of kohya counts where it says True', () => {
    expect(heard({ ss_v_parameterization: 'True', ss_zero_terminal_snr: 'True' })).toMatchObject({
      ...{ prediction: 'v', scheduler: { zeroSnr: true } },
    });
    expect(heard({ ss_v_parameterization: 'False', ss_zero_terminal_snr: 'None' })).toMatchObject({
      ...{ prediction: 'epsilon', scheduler: {}, told: [] },
    });
  });
  test.each([
    ['prediction_type', 'v_prediction'],
    ['model.prediction_type', 'v'],
    ['ss_v_pred', 'True'],
    ['v_parameterization', 'true'],
    ['ot_config', '{"force_v_prediction": true, "model_type": "STABLE_DIFFUSION_XL_10_BASE"}'],
    ['config', '{"prediction_type": "v_prediction", "steps": 10}'],
  ])('is understood whoever’s prefix is before it, and in JSON: %s = %s', (key, value) => {
    expect(heard({ [key]: value })).toMatchObject({ prediction: 'v', told: ['metadata'] });
  });
  test.each([
    ['modelspec.zsnr', 'true'],
    ['zero_terminal_snr', '1'],
    ['rescale_betas_zero_snr', 'True'],
    ['ot_config', '{"rescale_noise_scheduler_to_zero_terminal_snr": true}'],
  ])('says that the betas end in noise alone: %s = %s', (key, value) => {
    expect(heard({ [key]: value }).scheduler).toEqual({ zeroSnr: true });
  });
  test.each([
    ['ot_config', '{"force_v_prediction": false}'],
    ['workflow', '{"3": {"inputs": {"sampling": "v_prediction", "zsnr": true}}}'],
    ['v_pred', 'no'],
    ['ot_config', '{"force_v_prediction": true'],
    ['ss_scale_v_pred_loss_like_noise_pred', 'True'],
  ])('says nothing in other places: %s = %s', (key, value) => {
    expect(heard({ [key]: value })).toMatchObject({ prediction: 'epsilon', scheduler: {}, told: [] });
  });
  it('in words for what is not drawn counts only under keys that are known to be about it', () => {
    for (const key of ['my.prediction', 'next_prediction', 'text_encoder.parameterization'])
      for (const word of ['sample', 'x0', 'flow'])
        expect(heard({ [key]: word })).toMatchObject({ prediction: 'epsilon', told: [] });
    expect(refused(() => heard({ prediction_type: 'sample' }))).toMatch(/sample/);
    expect(refused(() => heard({ ss_prediction_type: 'flow' }))).toMatch(/flow/);
  });
  it('of ModelSpec counts more than others', () => {
    const both = { 'modelspec.prediction_type': 'epsilon', prediction_type: 'v' };
    expect(predictsOf([], new Map(Object.entries(both)), { ...sd, prediction: null }).prediction).toBe(
      'epsilon',
    );
  });
  it('names an architecture of Stable Diffusion 2 that tells', () => {
    const told = (name: string) => heard({ 'modelspec.architecture': name }).prediction;
    expect(['stable-diffusion-v2-768-v', 'stable-diffusion-v2-512'].map(told)).toEqual(['v', 'epsilon']);
    const both = {
      'modelspec.architecture': 'stable-diffusion-v2-768-v',
      'modelspec.predict_key': 'epsilon',
    };
    expect(heard(both).prediction).toBe('epsilon');
  });
  test.each([
    ['flow', 'a UNet for flow matching, by what its metadata says'],
    ['Rectified Flow', 'a UNet for flow matching, by what its metadata says'],
    ['x0', 'a model that predicts "x0", by what its metadata says'],
  ])('in a word for what is not drawn is believed: %s', (word, found) => {
    expect(refused(() => heard({ 'modelspec.prediction_type': word }))).toBe(found);
  });
  it('in words that are not known says nothing', () => {
    expect(heard({ 'modelspec.prediction_type': 'constructor', 'sd.beta_start': '7' }).told).toEqual([]);
  });
});

it('a scheduler is understood with the numbers that only Python has in JSON', () => {
  const config =
    '{"lambda_min_clipped": -Infinity, "x": [NaN, Infinity], "note": "a \\"NaN", "prediction_type": "v_prediction"}';
  expect(heard({ [SCHEDULER_CONFIG]: config })).toMatchObject({ prediction: 'v', told: ['scheduler'] });
});

describe('a .yaml beside the checkpoint', () => {
  const file = (parameterization: string) =>
    `model:\r\n  target: ldm.models.diffusion.ddpm.LatentDiffusion\n  params:\n    ${parameterization}\n    linear_start: 0.0009\n    linear_end: 0.0130 # as it was\n    use_ema: False\n    scale_factor: 0.2\n`;

  it.each(['zero_terminal_snr: true', 'rescale_betas_zero_snr: True'])('says %s', (line) => {
    expect(yaml(file(`parameterization: v\n    ${line}`)).scheduler).toEqual({ zeroSnr: true });
  });

  test.each([
    'parameterization: "v"',
    "parameterization: 'v'",
    'parameterization: !!str v',
    'parameterization: &how "v"',
    'parameterization: v',
    'parameterization:   "v"  # !',
    '"parameterization": "v"',
  ])('says v as %s', (line) => {
    expect(yaml(file(line))).toMatchObject({
      prediction: 'v',
      noise: { ...usual, betaStart: 0.0009, betaEnd: 0.013 },
      vae: { scale: 0.2 },
      told: ['yaml'],
    });
  });
  it('says noise as eps, and nothing where it does not tell', () => {
    expect(yaml(file('parameterization: eps')).prediction).toBe('epsilon');
    expect(yaml(file('# parameterization: "v"'))).toMatchObject({ prediction: 'epsilon', told: [] });
  });
  it('is asked for the model, not for what stands deeper or elsewhere', () => {
    expect(yaml('other:\n  params:\n    parameterization: v\n').told).toEqual([]);
    expect(yaml('model:\n  params:\n    cond:\n      params:\n        parameterization: v\n').told).toEqual(
      [],
    );
  });
  it('of Stability’s sgm says it by what scales the answer', () => {
    const sgm = (target: string) =>
      yaml(
        `model:\n  params:\n    scale_factor: 0.13025\n    denoiser_config:\n      params:\n        scaling_config:\n          target: sgm.modules.diffusionmodules.denoiser_scaling.${target}\n`,
      );
    expect(sgm('VScaling').prediction).toBe('v');
    expect(sgm('EpsScaling').prediction).toBe('epsilon');
    expect(sgm('VScalingWithEDMcNoise')).toMatchObject({
      prediction: 'v',
      noise: { kind: 'continuous', sigmaData: 1 },
    });
    expect(sgm('EDMScaling')).toMatchObject({
      prediction: 'epsilon',
      noise: { kind: 'continuous', sigmaData: 0.5 },
    });
  });
  test.each([
    ['a flow mapping', 'model: {target: ldm.A, params: {parameterization: v, linear_start: 0.0009}}'],
    ['a flow mapping below a key', 'model:\n  params: {linear_start: 0.0009, parameterization: "v"} # so'],
    [
      'a flow mapping over lines, with lists in it',
      "model:\n  params: {\n    a: [1, {b: 2}], # a note: {\n    parameterization: 'v',\n    linear_start: 0.0009,\n  }\nother: 1",
    ],
    ['JSON', '\uFEFF{"model":{"params":{"x":"}","parameterization":"v","linear_start":0.0009}}}'],
    ['tabs', 'model:\r\n\tparams:\r\n\t\tparameterization:\tv\t# so\r\n\t\tlinear_start:\t0.0009\r\n'],
    [
      'an anchor, and its alias',
      'how: &how v\nmodel: &m\n  params:\n    parameterization: *how\n    linear_start: 0.0009',
    ],
    [
      'a merge',
      'all: &all {parameterization: v, linear_start: 1}\nmodel:\n  params:\n    <<: *all\n    linear_start: 0.0009',
    ],
    ['a reference', 'how: v\nmodel:\n  params:\n    parameterization: ${how}\n    linear_start: 0.0009'],
  ])('is understood where it is written as %s', (_, text) => {
    expect(isConfig(text)).toBe(true);
    expect(yaml(text)).toMatchObject({ prediction: 'v', noise: { betaStart: 0.0009 }, told: ['yaml'] });
  });
  it('with a prediction that is not known here is refused by name', () => {
    expect(refused(() => yaml(file('parameterization: x0')))).toMatch(/x0/);
  });
  it('is told from other YAML', () => {
    expect(isConfig(file('parameterization: v'))).toBe(true);
    expect(isConfig('name: test\non:\n  push:\n')).toBe(false);
  });
  it.each(['a: *missing\nmodel: 1', 'model: &m {params: *m}', '{', '['.repeat(5000), '\0', ''])(
    'is passed over where it is no more than %s',
    (text) => {
      expect(isConfig(text)).toBe(false);
      expect(yaml(text).told).toEqual([]);
    },
  );
  it('is read by blocks of any indentation', () => {
    expect([...scalarsOf('a:\n b:\n   c: 1\n   d: "x # y"\n e: 2\nf: 3')]).toEqual([
      ['a.b.c', '1'],
      ['a.b.d', 'x # y'],
      ['a.e', '2'],
      ['f', '3'],
    ]);
  });
});

describe('the scheduler_config.json of a folder', () => {
  it('says prediction, betas and spacing', () => {
    expect(
      scheduler({
        ...{
          _class_name: 'EulerDiscreteScheduler',
          prediction_type: 'v_prediction',
          timestep_spacing: 'trailing',
        },
        ...{ beta_start: 0.001, beta_end: 0.02, beta_schedule: 'linear', num_train_timesteps: 500 },
      }),
    ).toMatchObject({
      prediction: 'v',
      noise: { kind: 'linear', betaStart: 0.001, betaEnd: 0.02, steps: 500 },
      spacing: 'trailing',
      told: ['scheduler'],
    });
    expect(scheduler({ beta_schedule: 'squaredcos_cap_v2' }).noise).toMatchObject({
      kind: 'squaredcos_cap_v2',
    });
  });
  it('says how the steps end and begin', () => {
    expect(
      scheduler({
        set_alpha_to_one: true,
        steps_offset: 0,
        final_sigmas_type: 'sigma_min',
        rescale_betas_zero_snr: true,
      }).scheduler,
    ).toEqual({ alphaToOne: true, stepsOffset: 0, finalSigma: 'lowest', zeroSnr: true });
    expect(scheduler({ set_alpha_to_one: false, steps_offset: 0 }, sd).scheduler).toEqual({
      alphaToOne: false,
    });
  });
  it('of EDM says between which levels the noise lies', () => {
    expect(
      scheduler({
        _class_name: 'EDMDPMSolverMultistepScheduler',
        prediction_type: 'epsilon',
        sigma_data: 0.5,
      }).noise,
    ).toEqual({ kind: 'continuous', sigmaMin: 0.002, sigmaMax: 80, sigmaData: 0.5, spread: 'karras' });
    const cosXl = {
      ...{ _class_name: 'EDMEulerScheduler', prediction_type: 'v_prediction', sigma_schedule: 'exponential' },
      ...{ sigma_min: 0.002, sigma_max: 120, sigma_data: 1 },
    };
    expect(scheduler(cosXl)).toMatchObject({
      prediction: 'v',
      noise: { sigmaMin: 0.002, sigmaMax: 120, sigmaData: 1, spread: 'exponential' },
    });
  });
  test.each([
    [{ prediction_type: 'sample' }, /sample/],
    [{ _class_name: 'FlowMatchEulerDiscreteScheduler' }, /flow/],
    [{ beta_schedule: 'sigmoid' }, /noise/],
    [{ trained_betas: [0.1, 0.2] }, /noise/],
  ])('%j is refused by name', (config, words) => {
    expect(refused(() => scheduler(config))).toMatch(words);
  });
  it('that is none says nothing', () => {
    for (const text of ['', '{', '[]', 'null', '3'])
      expect(heard({ [SCHEDULER_CONFIG]: text }).told).toEqual([]);
  });
});

it('the config.json of a folder’s VAE says how its latents are scaled', () => {
  const config = {
    scaling_factor: 0.5,
    latents_mean: [[[[1]], [[2]], [[3]], [[4]]]],
    latents_std: [5, 6, 7, 8],
  };
  expect(heard({ [VAE_CONFIG]: JSON.stringify(config) }).vae).toEqual({
    ...{ scale: 0.5, shift: 0, mean: [1, 2, 3, 4], deviation: [5, 6, 7, 8] },
  });
  expect(heard({ [VAE_CONFIG]: JSON.stringify({ latents_mean: [1], latents_std: [2] }) }).vae).toEqual({
    scale: 0.13025,
    shift: 0,
  });
});

it('the scheduler of a folder is believed more than a .yaml, and that more than marks', () => {
  const said = { [CONFIG_YAML]: 'model:\n  params:\n    parameterization: eps\n' };
  expect(heard(said, ['v_pred']).prediction).toBe('epsilon');
  const both = { ...said, [SCHEDULER_CONFIG]: JSON.stringify({ prediction_type: 'v_prediction' }) };
  expect(heard(both)).toMatchObject({ prediction: 'v', told: ['yaml', 'scheduler'] });
});
