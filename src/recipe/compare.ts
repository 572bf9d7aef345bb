/** What taking over a recipe would change here, and what of it is not here. */
import { loraTags, sameName, withOtherName } from '../text/lora';
import type { RecipeControl } from './control';
import { stemOf, type Recipe, type RecipeSettings, type Resource, type ResourceKind } from './recipe';
import { skipLayerWords } from './skip-layers';

/** A file on this device. `hashes`: all that are known of it, in hexadecimal digits; others give the first ten or twelve. */
export interface Present {
  readonly name: string;
  readonly hashes?: readonly string[];
}

export type Device<T extends Present> = Readonly<Record<ResourceKind, readonly T[]>>;

/** A setting that changes, by its label on the page. `from` is empty where it had no value. */
export interface Change {
  readonly label: string;
  readonly from: string;
  readonly to: string;
}

/** A file that a recipe names, and the one here that is meant: the same by its hash, or only of the same name. */
export interface Match<T extends Present> {
  readonly resource: Resource;
  readonly here: T;
  readonly by: 'hash' | 'name';
}

export interface Comparison<T extends Present> {
  readonly changes: readonly Change[];
  readonly found: readonly Match<T>[];
  readonly missing: readonly Resource[];
  readonly unknown: Recipe['unknown'];
}

type Show = (settings: RecipeSettings) => string | number | bigint | boolean | undefined;

const sideways = (
  size: { readonly width?: number; readonly height?: number } | undefined,
): string | undefined =>
  size?.width === undefined || size.height === undefined ? undefined : `${size.width} × ${size.height}`;

/** In the order of the page. */
const shown: readonly (readonly [label: string, show: Show])[] = [
  ['Mode', ({ mode }) => mode],
  ['Prompt', ({ prompt }) => prompt],
  ['Negative prompt', ({ negative }) => negative],
  ['Size', (settings) => sideways(settings)],
  ['Steps', ({ steps }) => steps],
  ['Guidance scale', ({ guidance }) => guidance],
  ['Image guidance scale', ({ imageGuidance }) => imageGuidance],
  ['Sampler', ({ sampler }) => sampler],
  ['Schedule type', ({ schedule }) => schedule],
  ['Timestep spacing', ({ spacing }) => spacing],
  ['Like', ({ like }) => like],
  ['Emphasis', ({ emphasis }) => emphasis],
  ['Pad conds', ({ padded }) => padded],
  ['Weight precision', ({ bits }) => bits && `${bits} bits`],
  ['Clip skip', ({ clipSkip }) => clipSkip],
  ['Seed', ({ seed }) => seed],
  ['Random numbers', ({ rng }) => rng],
  ['Variation seed', ({ variationSeed }) => variationSeed],
  ['Variation strength', ({ variationStrength }) => variationStrength],
  ['Seed delta (ENSD)', ({ seedDelta }) => seedDelta],
  ['Seed resize from', ({ resizeFrom }) => sideways(resizeFrom)],
  ['Picture of a batch', ({ batch }) => batch && `${batch.index + 1} of ${batch.count}`],
  ['Eta', ({ eta }) => eta],
  ['Churn', ({ churn }) => churn],
  ['Churn from sigma', ({ churnMin }) => churnMin],
  ['Churn up to sigma', ({ churnMax }) => churnMax],
  ['Noise scale', ({ noiseScale }) => noiseScale],
  ['Smallest sigma', ({ sigmaMin }) => sigmaMin],
  ['Largest sigma', ({ sigmaMax }) => sigmaMax],
  ['Rho', ({ rho }) => rho],
  ['Beta schedule’s alpha', ({ betaAlpha }) => betaAlpha],
  ['Beta schedule’s beta', ({ betaBeta }) => betaBeta],
  ['Discard penultimate sigma', ({ discardPenultimate }) => discardPenultimate],
  ['SGM noise multiplier', ({ scaleStart }) => scaleStart],
  ['Whole timesteps', ({ wholeTimesteps }) => wholeTimesteps],
  ['Prediction type', ({ prediction }) => prediction],
  ['Zero terminal SNR', ({ zeroSnr }) => zeroSnr],
  ['Guidance rescale', ({ guidanceRescale }) => guidanceRescale],
  ['Steps before guidance', ({ guidanceFrom }) => guidanceFrom],
  ['Guidance below sigma', ({ guidanceMax }) => guidanceMax],
  ['Guidance above sigma', ({ guidanceMin }) => guidanceMin],
  ['In every step below', ({ guidanceMinAll }) => guidanceMinAll],
  ['Shift', ({ shift }) => shift],
  ['Skip-layer guidance', ({ skipLayers }) => skipLayers && skipLayerWords(skipLayers)],
  ['T5 tokens', ({ t5Tokens }) => t5Tokens],
  ['Reuse deep features, interval', ({ reuse }) => reuse],
  ['Solver order', ({ order }) => order],
  ['All steps, whatever the strength', ({ allSteps }) => allSteps],
  ['Denoising strength', ({ strength }) => strength],
  ['Mask blur', ({ maskBlur }) => maskBlur],
  ['Mask mode', ({ maskMode }) => maskMode],
  ['Masked content', ({ content }) => content],
  ['Inpaint area', ({ area }) => area],
  ['Padding', ({ padding }) => padding],
  ['Soft inpainting', ({ soft }) => soft],
  ['Feather', ({ feather }) => feather],
  ['Hires fix', ({ hires }) => (hires ? hires.upscaler : undefined)],
  ['Hires upscale', ({ hires }) => hires?.scale ?? sideways(hires)],
  ['Hires steps', ({ hires }) => hires?.steps],
  ['Hires strength', ({ hires }) => hires?.strength],
  ['Hires guidance', ({ hires }) => hires?.guidance],
  ['Hires sampler', ({ hires }) => hires?.sampler],
  ['Hires schedule type', ({ hires }) => hires?.schedule],
  ['Hires prompt', ({ hires }) => hires?.prompt],
  ['Hires negative prompt', ({ hires }) => hires?.negative],
  ['Redraw details', ({ redraw }) => redraw?.upscaler],
  ['Upscale by', ({ redraw }) => redraw?.scale],
  ['Redraw strength', ({ redraw }) => redraw?.strength],
  ['Tile', ({ redraw }) => sideways(redraw)],
  ['Tile padding', ({ redraw }) => redraw?.padding],
  ['Tile blur', ({ redraw }) => redraw?.blur],
  ['Tile order', ({ redraw }) => redraw?.order],
  ['Control', ({ controls = [] }) => controls.map(controlWords).join('; ') || undefined],
];

/** "canny for control_v11p_sd15_canny, weight 0.8, 0 to 0.6": what is as usual is not said. */
function controlWords({ module, model, weight, start, end, mode = 'balanced' }: RecipeControl): string {
  return [
    module === 'none' ? model : `${module} for ${model}`,
    ...(weight === 1 ? [] : [`weight ${weight}`]),
    ...(start === 0 && end === 1 ? [] : [`${start} to ${end}`]),
    ...(mode === 'balanced' ? [] : [`${mode} more important`]),
  ].join(', ');
}

/** @param settings the page's, by the names of a recipe's. */
export function compare<T extends Present>(
  recipe: Recipe,
  settings: RecipeSettings,
  device: Device<T>,
): Comparison<T> {
  const changes = shown.flatMap(([label, show]) => {
    const to = show(recipe.settings);
    const from = show(settings);
    return to === undefined || to === from ? [] : [{ label, from: words(from), to: words(to) }];
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

const words = (value: ReturnType<Show>): string =>
  value === undefined ? '' : typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value);

/** The files that are named, and the LoRAs that the prompts ask for besides, and the nets of pictures that guide. */
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
  ];
}

/** The one with its hash, or else the one with its name. */
function matchFor<T extends Present>(resource: Resource, present: readonly T[]): Match<T> | null {
  const { hash, name } = resource;
  const same =
    hash === undefined ? undefined : present.find(({ hashes = [] }) => hashes.some(sameHash(hash)));
  if (same) return { resource, here: same, by: 'hash' };
  const namesake =
    name === '' ? undefined : present.find((file) => sameName(stemOf(file.name), stemOf(name)));
  return namesake ? { resource, here: namesake, by: 'name' } : null;
}

/** Hashes are given by their beginnings, of different lengths; eight digits at least. */
const sameHash =
  (given: string) =>
  (known: string): boolean => {
    const [short, long] = [given.toLowerCase(), known.toLowerCase()].sort((a, b) => a.length - b.length);
    return short!.length >= 8 && long!.startsWith(short!); // of two
  };

/** The prompt, with LoRAs under the names that they have here. */
export function withLocalNames(prompt: string, found: readonly Match<Present>[]): string {
  let renamed = prompt;
  for (const { resource, here } of found) {
    if (resource.kind !== 'lora' || resource.name === '') continue;
    renamed = withOtherName(renamed, resource.name, stemOf(here.name));
  }
  return renamed;
}
