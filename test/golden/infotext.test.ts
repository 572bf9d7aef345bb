/** A1111's text about a picture: read and written as A1111 does. The numbers come from running it. */
import { expect, it } from 'vitest';
import { parametersOf, resolve } from '../../src/recipe/infotext/a1111';
import { textOf, writeInfotext } from '../../src/recipe/infotext/infotext';
import { pairText, pythonNumber, quote, unquote } from '../../src/recipe/infotext/pairs';
import type { Recipe } from '../../src/recipe/recipe';
import type { SamplerName, ScheduleName } from '../../src/sampling/settings';
import { goldenBytes, goldenJson, present, skipped } from './root';

const folder = 'kdiff/infotext';

interface ParseCase {
  readonly infotext: string;
  readonly parsed: object;
  readonly resolved: object;
}

if (present(`${folder}/parse.json`)) {
  const { cases, sampler_names } = goldenJson(`${folder}/parse.json`) as {
    readonly cases: readonly ParseCase[];
    readonly sampler_names: readonly ParseCase[];
  };
  it.each([...cases, ...sampler_names])('$infotext is read as A1111 reads it', (a1111) => {
    const found = parametersOf(a1111.infotext);
    expect(found).toEqual(a1111.parsed);
    const { sampler, schedule, hiresSampler, hiresSchedule } = resolve(found);
    expect({
      sampler,
      schedule_type: schedule,
      hires_sampler: hiresSampler,
      hires_schedule_type: hiresSchedule,
    }).toEqual(a1111.resolved);
  });
}

if (present(`${folder}/quote.json`)) {
  const cases = goldenJson(`${folder}/quote.json`) as Record<
    'quote' | 'unquote',
    readonly { readonly in: unknown; readonly out: unknown }[]
  >;
  it('values are put in quotes, and taken out of them, where A1111 does it', () => {
    for (const { in: value, out } of cases.quote) expect(quote(String(value))).toBe(String(out));
    for (const { in: text, out } of cases.unquote) expect(unquote(String(text))).toBe(String(out));
  });
}

/** What A1111 was asked for, by the names of its own code. */
interface Request {
  readonly prompt: string;
  readonly negative: string;
  readonly steps: number;
  readonly sampler_name: SamplerName;
  readonly scheduler: ScheduleName;
  readonly cfg_scale: number;
  readonly seed: number;
  readonly width: number;
  readonly height: number;
  readonly sd_model_hash: string;
  readonly sd_model_name: string;
  readonly sd_vae_hash: string | null;
  readonly sd_vae_name: string | null;
  readonly subseed: number;
  readonly subseed_strength: number;
  readonly resize: readonly [number, number];
  readonly restore_faces: boolean;
  readonly tiling: boolean;
  readonly clip_skip: number;
  readonly extra: Readonly<Record<string, unknown>>;
  readonly opts: Readonly<Record<string, unknown>>;
  readonly image_cfg_scale: number | null;
  readonly enable_hr: boolean;
  readonly tm: readonly [unknown, unknown];
  readonly init_img_hash: string | null;
  readonly version: string | null;
  readonly inpaint_cond: boolean;
}

/** Those that there is a setting for. */
const settable = new Set([
  ...['prompt', 'negative', 'steps', 'sampler_name', 'scheduler', 'cfg_scale', 'seed', 'width', 'height'],
  ...[
    'sd_model_hash',
    'sd_model_name',
    'sd_vae_hash',
    'sd_vae_name',
    'subseed',
    'subseed_strength',
    'resize',
  ],
  ...['clip_skip', 'image_cfg_scale', 'version'],
]);
const settableOptions = new Set(['eta_noise_seed_delta', 'randn_source']);

/** Everything of a request in A1111's order; what it does not write is null. */
function told(request: Request): [string, unknown][] {
  const { opts, resize, tm } = request;
  const shown = (option: string, value: unknown): unknown => (opts[option] === false ? null : value);
  // Of its samplers, in so far as requests name them.
  const ensd = /(?: a|fast|adaptive)$/.test(request.sampler_name) ? opts.eta_noise_seed_delta : null;
  return [
    ['Steps', request.steps],
    ['Sampler', request.sampler_name],
    ['Schedule type', request.scheduler],
    ['CFG scale', request.cfg_scale],
    ['Image CFG scale', request.image_cfg_scale],
    ['Seed', request.seed],
    ['Face restoration', request.restore_faces ? 'CodeFormer' : null],
    ['Size', `${request.width}x${request.height}`],
    ['Model hash', shown('add_model_hash_to_info', request.sd_model_hash)],
    ['Model', shown('add_model_name_to_info', request.sd_model_name)],
    ['VAE hash', request.sd_vae_hash],
    ['VAE', request.sd_vae_name],
    ['Variation seed', request.subseed_strength === 0 ? null : request.subseed],
    ['Variation seed strength', request.subseed_strength === 0 ? null : request.subseed_strength],
    ['Seed resize from', resize[0] > 0 && resize[1] > 0 ? resize.join('x') : null],
    ['Denoising strength', request.extra['Denoising strength'] ?? null],
    ['Conditional mask weight', request.inpaint_cond ? 'float 1.0' : null],
    ['Clip skip', request.clip_skip > 1 ? request.clip_skip : null],
    ['ENSD', ensd],
    ['Token merging ratio', tm[0] === 0 ? null : tm[0]],
    ['Token merging ratio hr', request.enable_hr && tm[1] !== 0 ? tm[1] : null],
    ['Init image hash', request.init_img_hash],
    ['RNG', opts.randn_source ?? null],
    ['Tiling', request.tiling ? 'True' : null],
    ...Object.entries(request.extra).filter(([name]) => name !== 'Denoising strength'),
    ['Version', shown('add_version_to_infotext', request.version)],
  ];
}

function asPython(value: unknown): string {
  if (typeof value === 'number') return pythonNumber(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return String(value).replace(/^float /, '');
}

function recipeOf(request: Request): Recipe {
  const { resize, opts, version } = request;
  const vae = { name: request.sd_vae_name ?? '', hash: request.sd_vae_hash ?? '' };
  return {
    tool: { name: 'A1111', ...(version !== null && { version }) },
    settings: {
      prompt: request.prompt,
      negative: request.negative,
      steps: request.steps,
      sampler: request.sampler_name,
      schedule: request.scheduler,
      guidance: request.cfg_scale,
      seed: BigInt(request.seed),
      width: request.width,
      height: request.height,
      clipSkip: request.clip_skip,
      ...(request.image_cfg_scale !== null && { imageGuidance: request.image_cfg_scale }),
      ...(request.subseed_strength > 0 && {
        variationSeed: BigInt(request.subseed),
        variationStrength: request.subseed_strength,
      }),
      ...(resize[0] > 0 && { resizeFrom: { width: resize[0], height: resize[1] } }),
      ...(opts.eta_noise_seed_delta !== undefined && { seedDelta: Number(opts.eta_noise_seed_delta) }),
      ...(opts.randn_source !== undefined && { rng: opts.randn_source as 'CPU' | 'NV' }),
    },
    resources: [
      { kind: 'model', name: request.sd_model_name, hash: request.sd_model_hash },
      ...(vae.name ? [{ kind: 'vae', ...vae } as const] : []),
    ],
    unknown: [],
  };
}

interface WriteCase {
  readonly request: Partial<Request>;
  readonly infotext: string;
  readonly parsed_back: object;
}

if (present(`${folder}/write.json`)) {
  const json = new TextDecoder().decode(goldenBytes(`${folder}/write.json`));
  const { cases, defaults } = JSON.parse(json) as {
    readonly defaults: Request;
    readonly cases: readonly WriteCase[];
  };
  it.each(cases)('$infotext is read again', ({ infotext, parsed_back }) => {
    expect(parametersOf(infotext)).toEqual(parsed_back);
  });

  // JavaScript forgets that a number was written 7.0.
  const numbers = /"(?:\\.|[^"\\])*"|-?\d+(?:\.\d+)?(?:e-?\d+)?/g;
  const kept = json.replace(numbers, (found) => (/^"|^-?\d+$/.test(found) ? found : `"float ${found}"`));
  const exact = JSON.parse(kept) as {
    readonly defaults: Request;
    readonly cases: readonly WriteCase[];
  };
  it.each(exact.cases)('$infotext is put together as A1111 does', ({ request, infotext }) => {
    const whole = { ...exact.defaults, ...request };
    const pairs = told(whole).filter(([, value]) => value !== null && value !== undefined);
    const written = pairs.map(([name, value]) => pairText(name, asPython(value)));
    expect(textOf(whole.prompt, whole.negative, written)).toBe(infotext);
  });

  const ours = cases.filter(
    ({ request }) =>
      Object.keys(request).every((name) => settable.has(name) || name === 'opts') &&
      Object.keys(request.opts ?? {}).every((name) => settableOptions.has(name)),
  );
  if (ours.length === 0) skipped(`requests of settings that we have in ${folder}/write.json`);
  it.each(ours)('$infotext comes from a recipe', ({ request, infotext }) => {
    // A whole number has no .0 here; nor where A1111's own page asks.
    const text = infotext.replace(/: (\d+)\.0(?=,|$)/g, ': $1');
    const recipe = recipeOf({ ...defaults, ...request });
    expect(writeInfotext(recipe)).toBe(text);
  });
}
