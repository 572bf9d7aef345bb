/**
 * Recipes that tools write as a plain list of names and values: those of Fooocus, SwarmUI, Draw Things, Easy Diffusion, and
 * Civitai's own generator. One table of names serves them all.
 */
import { isList, isObject } from '../objects';
import { chosenBy, scheduleNamed } from '../sampling/labels';
import { tagged, type Weighed } from './infotext/hashes';
import { fromCompel } from './invoke';
import { numberAt, parseExact, seedAt, textAt } from './json';
import { emphasisOf, likeOf, stemOf, type Draft, type Recipe, type Resource, type ToolName } from './recipe';

type Json = Readonly<Record<string, unknown>>;

/** The tools' names for each setting, in small letters and digits only; the first that is present counts. */
const names = {
  prompt: ['prompt', 'c'],
  negative: ['negativeprompt', 'uc'],
  steps: ['steps', 'numinferencesteps'],
  guidance: ['cfgscale', 'guidancescale', 'scale'],
  seed: ['seed'],
  sampler: ['sampler', 'samplername'],
  schedule: ['scheduler'],
  width: ['width'],
  height: ['height'],
  size: ['size', 'resolution'],
  clipSkip: ['clipskip'],
  strength: ['strength', 'initimagecreativity'],
  model: ['basemodel', 'usestablediffusionmodel', 'stablediffusionmodel', 'model'],
  modelHash: ['basemodelhash'],
  vae: ['vae', 'usevaemodel', 'vaemodel'],
} as const;
type Name = keyof typeof names;

/** Names that are read separately, or that do not matter to the picture. */
const aside = [
  ...['loras', 'lora', 'loraweights', 'uselora', 'useloramodel', 'loraalpha', 'performance', 'seedmode'],
  ...['fullprompt', 'fullnegativeprompt', 'metadatascheme', 'version', 'swarmversion', 'v2', 'resources'],
  ...['date', 'generationtime', 'aspectratio', 'automaticvae', 'workflowid', 'createdby', 'outputformat'],
];
const taken: ReadonlySet<string> = new Set([...Object.values(names).flat(), ...aside]);

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** Null for anything else. */
export function readListed(json: string): Recipe | null {
  const whole = parseExact(json);
  if (!isObject(whole)) return null;
  if (isObject(whole.sui_image_params)) {
    return recipeOf('SwarmUI', whole.sui_image_params, textAt(whole.sui_image_params, 'swarm_version'));
  }
  const civitai = parseExact(textAt(whole, 'extraMetadata') ?? '');
  if (isObject(civitai)) return recipeOf('Civitai', civitai);
  const version = textAt(whole, 'version');
  if (whole.metadata_scheme === 'fooocus' || version?.startsWith('Fooocus'))
    return recipeOf('Fooocus', whole, version?.replace(/^Fooocus /, ''));
  const isDrawThings = ['c', 'uc', 'sampler'].every((name) => textAt(whole, name) !== undefined);
  return isDrawThings ? recipeOf('Draw Things', whole) : null;
}

/** Easy Diffusion's recipe, which has each value under a keyword of its own; null for anything else. */
export function readEasyDiffusion(texts: ReadonlyMap<string, string>): Recipe | null {
  const own = ['num_inference_steps', 'use_stable_diffusion_model', 'Stable Diffusion model'];
  return own.some((name) => texts.has(name)) ? recipeOf('Easy Diffusion', Object.fromEntries(texts)) : null;
}

/** The user comment in XMP, where Draw Things puts its JSON; empty where there is none. */
export function commentInXmp(xmp: string): string {
  const [opens, closes] = ['<exif:UserComment>', '</exif:UserComment>'];
  const begin = xmp.indexOf(opens);
  const end = xmp.indexOf(closes, begin);
  const inside = begin < 0 || end < 0 ? '' : xmp.slice(begin + opens.length, end);
  const entities: Readonly<Record<string, string>> = { quot: '"', apos: "'", lt: '<', gt: '>', amp: '&' };
  return inside
    .replace(/<[^<>]*>/g, '')
    .replace(/&(?:(quot|apos|lt|gt|amp)|#(\d{1,6})|#x([\da-f]{1,5}));/gi, (_, name, decimal, hex) =>
      name ? entities[String(name).toLowerCase()]! : String.fromCodePoint(Number(decimal ?? `0x${hex}`)),
    );
}

function recipeOf(tool: ToolName, json: Json, version?: string): Recipe | null {
  const all: Json = Object.fromEntries(Object.entries(json).map(([name, value]) => [plain(name), value]));
  const nameOf = (name: Name): string => names[name].find((one) => all[one] !== undefined) ?? '';
  const words = (name: Name): string | undefined => textAt(all, nameOf(name));
  const number = (name: Name): number | undefined => numberAt(all, nameOf(name));
  const prompt = words('prompt');
  if (prompt === undefined) return null;
  const inWords = tool === 'Easy Diffusion' ? fromCompel : (text: string): string => text;
  const loras = lorasIn(all);
  const draft: Draft = {
    prompt: tagged(inWords(prompt), loras),
    negative: inWords(words('negative') ?? ''),
    mode: 'text',
    like: likeOf(tool),
    emphasis: emphasisOf(tool),
    rng: /^nvidia/i.test(textAt(all, 'seedmode') ?? '') ? 'NV' : 'CPU',
    clipSkip: Math.max(1, number('clipSkip') ?? 1),
  };
  const size = sizeIn(words('size') ?? '');
  const [width, height] = [number('width') ?? size[0], number('height') ?? size[1]];
  if (width && height) Object.assign(draft, { width, height });
  const [steps, guidance] = [number('steps') ?? stepsOf(textAt(all, 'performance')), number('guidance')];
  if (steps !== undefined) draft.steps = steps;
  if (guidance !== undefined) draft.guidance = guidance;
  const seed = seedAt(all, nameOf('seed'));
  if (seed !== undefined) draft.seed = seed;
  const strength = number('strength');
  if (strength !== undefined && strength < 1) Object.assign(draft, { mode: 'image', strength });
  const [sampler, schedule] = [words('sampler'), words('schedule')];
  const chosen = sampler === undefined ? null : chosenBy(sampler, schedule);
  if (chosen) Object.assign(draft, chosen);
  const strange: [string, string][] = [];
  if (sampler !== undefined && !chosen) strange.push(['Sampler', sampler]);
  if (schedule !== undefined && !scheduleNamed(schedule)) strange.push(['Scheduler', schedule]);
  const more = Object.entries(json).filter(([name, value]) => !taken.has(plain(name)) && says(value));
  return {
    tool: { name: tool, ...(version && { version }) },
    settings: draft,
    resources: [
      ...fileIn('model', words('model'), words('modelHash')),
      ...fileIn('vae', words('vae')),
      ...loras.map(({ name, hash }): Resource => ({ kind: 'lora', name, ...(hash && { hash }) })),
    ],
    unknown: [...strange, ...more.map(([name, value]): [string, string] => [name, String(value)])],
  };
}

/** Whether a value says anything: not if it is off, empty or "none". */
const says = (value: unknown): boolean =>
  (typeof value === 'string' && !/^(?:|none|false|\[\])$/i.test(value)) ||
  (typeof value === 'number' && value !== 0) ||
  value === true;

/** A size in a form such as "512x768", "(1152, 896)" or "896×1152"; empty where there is none. */
function sizeIn(text: string): readonly [number?, number?] {
  const [, width, height] = /^\D{0,2}(\d{1,6})\D{1,3}(\d{1,6})\D?$/.exec(text.trim()) ?? [];
  return width && height ? [Number(width), Number(height)] : [];
}

/** The steps of Fooocus's performance modes, for recipes without the number. */
function stepsOf(performance = ''): number | undefined {
  const steps = new Map([
    ['Quality', 60],
    ['Speed', 30],
    ['Extreme Speed', 8],
    ['Lightning', 4],
  ]);
  return steps.get(performance);
}

const fileIn = (kind: 'model' | 'vae', name = '', hash?: string): Resource[] =>
  /^(?:|none|automatic|default.*)$/i.test(name) ? [] : [{ kind, name: stemOf(name), ...(hash && { hash }) }];

interface Lora extends Weighed {
  readonly hash?: string;
}

/** LoRAs as `[[name, weight, hash]]`, `[{model, weight}]`, "name : weight", or names and weights in two lists. */
function lorasIn(all: Json): Lora[] {
  const weights = listOf(all.loraweights ?? all.loraalpha);
  const told = listOf(all.loras ?? all.lora ?? all.useloramodel).map((one, i): readonly unknown[] => {
    if (isList(one)) return one;
    return isObject(one) ? [one.model, one.weight] : [one, weights[i]];
  });
  const combined = Object.entries(all)
    .filter(([name, value]) => /^lora(?:combined)?\d+$/.test(name) && typeof value === 'string')
    .map(([, value]): unknown[] => String(value).split(' : '))
    .map((parts) => (parts.length === 3 ? (parts[0] === 'True' ? parts.slice(1) : []) : parts));
  return [...told, ...combined].flatMap(([file, weight, hash]) => {
    const name = typeof file === 'string' ? stemOf(file.trim()) : '';
    if (name === '' || name === 'None') return [];
    return [{ name, weight: numberAt({ weight }, 'weight') ?? 1, ...(typeof hash === 'string' && { hash }) }];
  });
}

/** A list, or a text with one: "['a', 'b']", "a,b". */
function listOf(value: unknown): readonly unknown[] {
  if (isList(value)) return value;
  if (typeof value === 'number') return [value];
  return typeof value === 'string' ? value.replace(/[[\]'"]/g, '').split(',') : [];
}
