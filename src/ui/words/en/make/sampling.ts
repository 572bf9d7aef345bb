/** What the form says of how a picture is sampled, beyond what most people choose. */
import type { Rare } from '../../../settings/settings';

/** What rare settings are called. */
const rare: Readonly<Record<keyof Rare, string>> = {
  eta: 'Eta',
  padded: 'Pad conds',
  bits: 'Weight precision',
  churn: 'Churn',
  churnMin: 'Churn from sigma',
  churnMax: 'Churn up to sigma',
  noiseScale: 'Noise scale',
  sigmaMin: 'Smallest sigma',
  sigmaMax: 'Largest sigma',
  rho: 'Rho',
  betaAlpha: 'Beta schedule’s alpha',
  betaBeta: 'Beta schedule’s beta',
  discardPenultimate: 'Discard penultimate sigma',
  scaleStart: 'SGM noise multiplier',
  wholeTimesteps: 'Whole timesteps',
  zeroSnr: 'Zero terminal SNR',
  guidanceRescale: 'Guidance rescale',
  reuse: 'Reuse deep features, interval',
  guidanceFrom: 'Steps before guidance',
  guidanceMax: 'Guidance below sigma',
  guidanceMin: 'Guidance above sigma',
  guidanceMinAll: 'In every step below',
  order: 'Solver order',
  largeVariance: 'Large variance',
  lastSigma: 'Last sigma',
  stepsOffset: 'Timestep offset',
  lowerOrderFinal: 'Lower order at the end',
  unipc: 'UniPC variant',
  unipcSpacing: 'UniPC spacing',
  allSteps: 'All steps, whatever the strength',
  shift: 'Shift',
  t5Tokens: 'T5 tokens',
  skipLayers: 'Skip-layer guidance',
  seedDelta: 'Seed delta (ENSD)',
  resizeFrom: 'Seed resize from',
  batch: 'Picture of a batch',
  hires: 'Of the second pass',
};

export const sampling = {
  rare,
  forget: 'Without these',
  forgotten: 'What a recipe had brought along counts no more.',

  like: 'Like',
  likeHint:
    'Whose pictures to draw where tools do different things under one name: noise levels, noise, seeds.',
  spacing: 'Timestep spacing',
  spacingHint: 'Which of the noise levels the model was trained on the steps visit. Models bring their own.',
  emphasis: 'Emphasis',
  emphasisHint: 'What a weight in the prompt does, as in (word:1.2).',
  clipSkip: 'Clip skip',
  etaHint: 'Fresh noise in each step, of samplers that take some.',
  variationSeed: 'Variation seed',
  variationStrength: 'Variation strength',
  random: 'Random numbers',
  randomHint: 'diffusers, ComfyUI: CPU. A1111 on a graphics card: NV.',

  shiftOfModel: 'The model’s',
  shiftHint: 'How far the steps are moved towards noise. Larger pictures need more.',
  t5TokensHint:
    'How much of a prompt T5 reads. Automatic: 256 as in diffusers, as many as CLIP as in A1111, all of them as in ComfyUI.',
  skipLayersHint:
    'Also steers away from what the model draws without some of its layers. Made for 3.5 Medium, where it improves hands and limbs. Steps that use it take half as long again.',
  layers: 'Layers',
  skipScale: 'Skip scale',
  skipStart: 'Skip start',
  skipEnd: 'Skip end',

  reuse: 'Reuse deep features',
  reuseHint:
    'Between whole runs of the UNet only its outermost blocks are run, over what the inner ones made last. Fine detail changes, more so in few steps.',
  restHint:
    'Where guidance rests, the negative prompt is not asked, and each step has half as much to do. Only with a guidance scale other than 1.',
  noneUnset: 'None',
  allUnset: 'All',
  guidanceFromHint: 'Their share of all steps. A1111: Skip Early CFG.',
  guidanceMaxHint: 'Above it, where there is more noise, guidance rests.',
  guidanceMinHint: 'Below it guidance rests. A1111: NGMS.',
  guidanceMinAllHint: 'Else in every second one, as A1111 does by itself.',

  prediction: 'Prediction type',
  /** @param tellers who says it, as the end of a clause; or empty. */
  predictionHint: (tellers: string): string =>
    `What the model was trained to predict${tellers}. Where pictures are mush or noise, try another one. Kept for each model.`,
  zeroSnrHint: 'Noise up to noise alone: for models that were trained so, which predict v for the most part.',
};
