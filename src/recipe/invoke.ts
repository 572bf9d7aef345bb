/** What InvokeAI writes into its pictures: "invokeai_metadata" since version 3, "sd-metadata" before. */
import { isList, itemsOf, isObject } from '../objects';
import { chosenBy } from '../sampling/labels';
import { numberAt, parseExact, seedAt, textAt } from './json';
import { stemOf, type Draft, type Recipe, type Resource } from './recipe';

type Json = Readonly<Record<string, unknown>>;

/** Null for anything else. */
export function readInvoke(json: string): Recipe | null {
  const whole = parseExact(json);
  if (!isObject(whole)) return null;
  return isObject(whole.image) ? early(whole, whole.image) : later(whole);
}

/** Names that are read here, or that do not matter to the picture. */
const taken = new Set([
  ...['positive_prompt', 'negative_prompt', 'width', 'height', 'seed', 'rand_device', 'cfg_scale', 'steps'],
  ...['scheduler', 'clip_skip', 'model', 'vae', 'loras', 'strength', 'cfg_rescale_multiplier', 'app_version'],
  ...['generation_mode', 'init_image', 'controlnets', 'ipAdapters', 't2iAdapters', 'positive_style_prompt'],
  ...['negative_style_prompt', 'canvas_v2_metadata', 'ref_images', 'regions', 'dype_preset'],
]);
/** Lists that are empty in most pictures; reported as unknown where they are not. */
const lists = ['controlnets', 'ipAdapters', 't2iAdapters', 'ref_images', 'regions'];

function later(json: Json): Recipe | null {
  const prompt = textAt(json, 'positive_prompt');
  if (prompt === undefined) return null;
  const loras = itemsOf(json.loras).flatMap(loraIn);
  const draft: Draft = {
    prompt: [fromCompel(prompt), ...loras.map(({ tag }) => tag)].join(' '),
    negative: fromCompel(textAt(json, 'negative_prompt') ?? ''),
    mode: modeOf(textAt(json, 'generation_mode') ?? ''),
    clipSkip: 1 + (numberAt(json, 'clip_skip') ?? 0),
    ...common,
  };
  numbersInto(draft, json, { strength: 'strength', guidanceRescale: 'cfg_rescale_multiplier' });
  if (draft.mode === 'text') delete draft.strength;
  const unknown = sharedInto(draft, json, textAt(json, 'scheduler'));
  const more = Object.entries(json).filter(
    ([name, value]) => !taken.has(name) || (lists.includes(name) && Array.isArray(value) && value.length > 0),
  );
  const vae = fileIn('vae', json.vae);
  const base = isObject(json.model) ? textAt(json.model, 'base') : undefined;
  return {
    tool: { name: 'InvokeAI' },
    ...(base !== undefined && !ours.includes(base) && { foreign: base }),
    settings: draft,
    resources: [...fileIn('model', json.model), ...vae, ...loras.map(({ file }) => file)],
    unknown: [...unknown, ...more.map(([name, value]): [string, string] => [name, said(value)])],
  };
}

/** InvokeAI's names for the families that are supported here. */
const ours: readonly string[] = ['sd-1', 'sd-2', 'sd-3', 'sdxl', 'any'];

/** InvokeAI draws with diffusers and with noise from the CPU; its prompts have compel's weights. */
const common = { like: 'diffusers', emphasis: 'A1111', rng: 'CPU' } as const;

const modeOf = (mode: string): 'text' | 'image' | 'inpaint' | 'outpaint' =>
  mode.includes('outpaint')
    ? 'outpaint'
    : mode.includes('inpaint')
      ? 'inpaint'
      : mode.includes('img2img')
        ? 'image'
        : 'text';

const said = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function numbersInto(draft: Draft, json: Json, names: Readonly<Partial<Record<keyof Draft, string>>>): void {
  for (const [key, name] of Object.entries(names)) {
    const number = numberAt(json, name);
    if (number !== undefined) Object.assign(draft, { [key]: number });
  }
}

/**
 * Reads size, steps, guidance, seed and sampler into the draft.
 * @returns what of these is not understood.
 */
function sharedInto(draft: Draft, json: Json, sampler: string | undefined): [string, string][] {
  numbersInto(draft, json, { width: 'width', height: 'height', steps: 'steps', guidance: 'cfg_scale' });
  const seed = seedAt(json, 'seed');
  if (seed !== undefined) draft.seed = seed;
  const chosen = sampler === undefined ? null : chosenBy(sampler);
  if (chosen) Object.assign(draft, chosen);
  return sampler !== undefined && !chosen ? [['Scheduler', sampler]] : [];
}

/** A file in `{"name": …, "hash": "blake3:…"}`; before version 4, in `{"model_name": …}`. */
function fileIn(kind: Resource['kind'], value: unknown): Resource[] {
  if (!isObject(value)) return [];
  const name = textAt(value, 'name') ?? textAt(value, 'model_name');
  // The hash is left out: no other tool uses BLAKE3.
  return name === undefined ? [] : [{ kind, name: stemOf(name) }];
}

function loraIn(value: unknown): { readonly tag: string; readonly file: Resource }[] {
  if (!isObject(value)) return [];
  const [file] = fileIn('lora', value.model ?? value.lora);
  return file ? [{ file, tag: `<lora:${file.name}:${numberAt(value, 'weight') ?? 1}>` }] : [];
}

/**
 * The form before version 3, `{"model_weights": …, "image": {"prompt": [{"prompt": …}], …}}`, with negative prompts in square
 * brackets.
 */
function early(json: Json, image: Json): Recipe | null {
  const [first] = isList(image.prompt) ? image.prompt : [image.prompt];
  const whole = isObject(first) ? textAt(first, 'prompt') : typeof first === 'string' ? first : undefined;
  if (whole === undefined) return null;
  const negatives: string[] = [];
  const prompt = whole.replace(/\[([^[\]]*)\]/g, (_, words: string) => {
    negatives.push(words);
    return '';
  });
  const draft: Draft = {
    prompt: fromCompel(prompt.trim()),
    negative: fromCompel(negatives.join(' ')),
    mode: modeOf(textAt(image, 'type') ?? ''),
    ...common,
  };
  numbersInto(draft, image, { strength: 'strength' });
  if (draft.mode === 'text') delete draft.strength;
  const model = textAt(json, 'model_weights');
  return {
    tool: { name: 'InvokeAI' },
    unknown: sharedInto(draft, image, textAt(image, 'sampler')),
    settings: draft,
    resources: model === undefined ? [] : [{ kind: 'model', name: stemOf(model) }],
  };
}

/** Compel's weights in A1111's syntax: `word++` is 1.1 × 1.1, `word-` 0.9; `(a b)++` and `(a b)1.3` weigh several words. */
export function fromCompel(prompt: string): string {
  return prompt.replace(
    /\(([^()]*)\)(\++|-+|\d+(?:\.\d+)?)|(?<![\w'+-])([\w']+)(\++|-+)(?![\w+-])/g,
    (_, words?: string, times?: string, word?: string, signs?: string) => {
      return `(${words ?? word ?? ''}:${weightOf(times ?? signs ?? '')})`;
    },
  );
}

function weightOf(signs: string): string {
  if (/^\d/.test(signs)) return signs;
  const weight = (signs.startsWith('+') ? 1.1 : 0.9) ** signs.length;
  return String(Number(weight.toFixed(4)));
}
