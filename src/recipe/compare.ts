/** What applying a recipe would change on the page, and which of its files are missing here. */
import { entriesOf } from '../objects';
import { loraTags, sameName, withOtherName } from '../text/lora';
import type { RecipeControl } from './control';
import { stemOf, type Recipe, type RecipeSettings, type Resource, type ResourceKind } from './recipe';
import { skipLayerWords } from './infotext/skip-layers';
import { isUpscalerNamed, upscalersIn } from './upscalers';

/**
 * A file on this device. `hashes`: all that are known, in hexadecimal digits; recipes often give only the first ten or twelve.
 */
export interface Present {
  readonly name: string;
  readonly hashes?: readonly string[];
}

/** The files that are at hand, by kind. */
export type Device<T extends Present> = Readonly<Record<ResourceKind, readonly T[]>>;

/** A setting that changes. `from` is empty where it had no value. */
export interface Change {
  readonly setting: Compared;
  readonly from: string;
  readonly to: string;
}

/** A file that a recipe names, and its match on this device: by hash, or only by name. */
export interface Match<T extends Present> {
  readonly resource: Resource;
  readonly here: T;
  readonly by: 'hash' | 'name';
}

/** What a recipe would change, and which of its files are at hand. */
export interface Comparison<T extends Present> {
  readonly changes: readonly Change[];
  readonly found: readonly Match<T>[];
  readonly missing: readonly Resource[];
  readonly unknown: Recipe['unknown'];
}

/** For settings with a few choices, the name of each choice. */
export type ChoiceWords = {
  readonly [K in 'mode' | 'rng' | 'maskMode' | 'content' | 'area']: Readonly<
    Record<NonNullable<RecipeSettings[K]>, string>
  >;
};

/** The page's words for values that are not plain numbers or names. */
export interface Sayings {
  readonly choices: ChoiceWords;
  readonly on: string;
  readonly off: string;
  bits(bits: number): string;
  /** A picture's place in its batch; `number` counts from 1. */
  place(number: number, of: number): string;
  control(control: RecipeControl): string;
}

type Show = (settings: RecipeSettings, say: Sayings) => string | number | bigint | boolean | undefined;

const sideways = (
  size: { readonly width?: number; readonly height?: number } | undefined,
): string | undefined =>
  size?.width === undefined || size.height === undefined ? undefined : `${size.width} × ${size.height}`;

/** How each setting's value is shown, in the page's order. */
const shown = {
  mode: ({ mode }, say) => mode && say.choices.mode[mode],
  prompt: ({ prompt }) => prompt,
  negative: ({ negative }) => negative,
  size: (settings) => sideways(settings),
  steps: ({ steps }) => steps,
  guidance: ({ guidance }) => guidance,
  imageGuidance: ({ imageGuidance }) => imageGuidance,
  sampler: ({ sampler }) => sampler,
  schedule: ({ schedule }) => schedule,
  spacing: ({ spacing }) => spacing,
  like: ({ like }) => like,
  emphasis: ({ emphasis }) => emphasis,
  padded: ({ padded }) => padded,
  bits: ({ bits }, say) => bits && say.bits(bits),
  clipSkip: ({ clipSkip }) => clipSkip,
  seed: ({ seed }) => seed,
  rng: ({ rng }, say) => rng && say.choices.rng[rng],
  variationSeed: ({ variationSeed }) => variationSeed,
  variationStrength: ({ variationStrength }) => variationStrength,
  seedDelta: ({ seedDelta }) => seedDelta,
  resizeFrom: ({ resizeFrom }) => sideways(resizeFrom),
  batch: ({ batch }, say) => batch && say.place(batch.index + 1, batch.count),
  eta: ({ eta }) => eta,
  churn: ({ churn }) => churn,
  churnMin: ({ churnMin }) => churnMin,
  churnMax: ({ churnMax }) => churnMax,
  noiseScale: ({ noiseScale }) => noiseScale,
  sigmaMin: ({ sigmaMin }) => sigmaMin,
  sigmaMax: ({ sigmaMax }) => sigmaMax,
  rho: ({ rho }) => rho,
  betaAlpha: ({ betaAlpha }) => betaAlpha,
  betaBeta: ({ betaBeta }) => betaBeta,
  discardPenultimate: ({ discardPenultimate }) => discardPenultimate,
  scaleStart: ({ scaleStart }) => scaleStart,
  wholeTimesteps: ({ wholeTimesteps }) => wholeTimesteps,
  prediction: ({ prediction }) => prediction,
  zeroSnr: ({ zeroSnr }) => zeroSnr,
  guidanceRescale: ({ guidanceRescale }) => guidanceRescale,
  guidanceFrom: ({ guidanceFrom }) => guidanceFrom,
  guidanceMax: ({ guidanceMax }) => guidanceMax,
  guidanceMin: ({ guidanceMin }) => guidanceMin,
  guidanceMinAll: ({ guidanceMinAll }) => guidanceMinAll,
  shift: ({ shift }) => shift,
  skipLayers: ({ skipLayers }) => skipLayers && skipLayerWords(skipLayers),
  t5Tokens: ({ t5Tokens }) => t5Tokens,
  reuse: ({ reuse }) => reuse,
  order: ({ order }) => order,
  allSteps: ({ allSteps }) => allSteps,
  strength: ({ strength }) => strength,
  maskBlur: ({ maskBlur }) => maskBlur,
  maskMode: ({ maskMode }, say) => maskMode && say.choices.maskMode[maskMode],
  content: ({ content }, say) => content && say.choices.content[content],
  area: ({ area }, say) => area && say.choices.area[area],
  padding: ({ padding }) => padding,
  soft: ({ soft }) => soft,
  feather: ({ feather }) => feather,
  hires: ({ hires }) => (hires ? hires.upscaler : undefined),
  hiresScale: ({ hires }) => hires?.scale ?? sideways(hires),
  hiresSteps: ({ hires }) => hires?.steps,
  hiresStrength: ({ hires }) => hires?.strength,
  hiresGuidance: ({ hires }) => hires?.guidance,
  hiresSampler: ({ hires }) => hires?.sampler,
  hiresSchedule: ({ hires }) => hires?.schedule,
  hiresPrompt: ({ hires }) => hires?.prompt,
  hiresNegative: ({ hires }) => hires?.negative,
  redraw: ({ redraw }) => redraw?.upscaler,
  redrawScale: ({ redraw }) => redraw?.scale,
  redrawStrength: ({ redraw }) => redraw?.strength,
  tile: ({ redraw }) => sideways(redraw),
  tilePadding: ({ redraw }) => redraw?.padding,
  tileBlur: ({ redraw }) => redraw?.blur,
  tileOrder: ({ redraw }) => redraw?.order,
  control: ({ controls = [] }, say) =>
    controls.map((control) => say.control(control)).join('; ') || undefined,
} satisfies Readonly<Record<string, Show>>;

/** A setting whose change is shown. */
export type Compared = keyof typeof shown;

/** @param settings the page's, under a recipe's names. */
export function compare<T extends Present>(
  recipe: Recipe,
  settings: RecipeSettings,
  device: Device<T>,
  say: Sayings,
): Comparison<T> {
  const said = (value: ReturnType<Show>): string =>
    value === undefined ? '' : typeof value === 'boolean' ? (value ? say.on : say.off) : String(value);
  const changes = entriesOf(shown).flatMap(([setting, show]) => {
    const to = show(recipe.settings, say);
    const from = show(settings, say);
    return to === undefined || to === from ? [] : [{ setting, from: said(from), to: said(to) }];
  });
  const found: Match<T>[] = [];
  const missing: Resource[] = [];
  for (const resource of neededBy(recipe)) {
    const match = matchFor(resource, device[resource.kind]);
    if (match) found.push(match);
    else missing.push(resource);
  }
  return { changes, found, missing, unknown: recipe.unknown };
}

/** The files that a recipe names, further LoRAs in its prompts, the nets of its controls, and its upscalers. */
export function neededBy({ settings, resources }: Recipe): readonly Resource[] {
  const { prompt = '', negative = '', hires, controls = [] } = settings;
  const asked = [prompt, negative, hires?.prompt ?? '', hires?.negative ?? ''];
  const told = resources.filter(({ kind }) => kind === 'lora').map(({ name }) => name);
  const names = new Set(asked.flatMap((text) => loraTags(text, told).loras.map(({ name }) => name)));
  const more = [...names].filter((name) => name !== '' && !told.some((other) => sameName(other, name)));
  const nets = new Map(controls.map(({ model, hash }) => [model, hash]));
  return [
    ...resources,
    ...more.map((name): Resource => ({ kind: 'lora', name })),
    ...[...nets].map(([name, hash]): Resource => ({ kind: 'control', name, ...(hash && { hash }) })),
    ...upscalersIn(settings).map((name): Resource => ({ kind: 'upscaler', name })),
  ];
}

/** The file with the resource's hash; else the one with its name. */
function matchFor<T extends Present>(resource: Resource, present: readonly T[]): Match<T> | null {
  const { hash, name, kind } = resource;
  const same =
    hash === undefined ? undefined : present.find(({ hashes = [] }) => hashes.some(sameHash(hash)));
  if (same) return { resource, here: same, by: 'hash' };
  const namesake =
    name === ''
      ? undefined
      : present.find((file) =>
          kind === 'upscaler' ? isUpscalerNamed(name, file.name) : sameName(stemOf(file.name), stemOf(name)),
        );
  return namesake ? { resource, here: namesake, by: 'name' } : null;
}

/** Whether two hashes agree: tools shorten them to different lengths, of at least eight digits. */
const sameHash =
  (given: string) =>
  (known: string): boolean => {
    const [a, b] = [given.toLowerCase(), known.toLowerCase()];
    const [short, long] = a.length <= b.length ? [a, b] : [b, a];
    return short.length >= 8 && long.startsWith(short);
  };

/** The prompt, with LoRAs renamed to their files on this device. */
export function withLocalNames(prompt: string, found: readonly Match<Present>[]): string {
  let renamed = prompt;
  for (const { resource, here } of found) {
    if (resource.kind !== 'lora' || resource.name === '') continue;
    renamed = withOtherName(renamed, resource.name, stemOf(here.name));
  }
  return renamed;
}

/**
 * The settings with upscalers under the names of their files on this device.
 * @param spare used in the place of those that are not here.
 */
export function withLocalUpscalers(
  settings: RecipeSettings,
  found: readonly Match<Present>[],
  spare: { readonly hires: string; readonly redraw: string },
): RecipeSettings {
  const { hires, redraw } = settings;
  const files = upscalersIn(settings);
  const here = (name: string, instead: string): string => {
    if (!files.includes(name)) return name;
    const match = found.find(({ resource }) => resource.kind === 'upscaler' && resource.name === name);
    return match?.here.name ?? instead;
  };
  return {
    ...settings,
    ...(hires && { hires: { ...hires, upscaler: here(hires.upscaler, spare.hires) } }),
    ...(redraw && { redraw: { ...redraw, upscaler: here(redraw.upscaler, spare.redraw) } }),
  };
}
