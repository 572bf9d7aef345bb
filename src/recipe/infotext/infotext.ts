/**
 * The text about a picture that A1111 writes and most other tools read ("infotext"), to a recipe and back. A recipe of Drobe's is
 * read back as it was written: what A1111 has no name for gets names of ours, and what the text's own syntax cannot say (a prompt
 * with spaces around it) is repeated exactly, as JSON, in a value named Drobe.
 */
import { mustGet } from '../../checked';
import { keysOf } from '../../objects';
import { chosenBy, scheduleNamed } from '../../sampling/labels';
import { firstPassOf, partsOf, resolve, SAME_SAMPLER, SAME_SCHEDULE, parametersOf } from './a1111';
import { arranged } from './arranged';
import type { RecipeControl } from '../control';
import { readControl, writeControl } from './control-text';
import {
  firstFields,
  hiresFields,
  maskFields,
  numbers,
  ownFields,
  samplingFields,
  seedFields,
  sizeIn,
  type Field,
  type HiresDraft,
} from './fields';
import { hashList, resourcesIn, tagged, together, weightsIn, withoutJson } from './hashes';
import { automaticOf } from './names';
import { isName, pythonNumber, strip, surePairText } from './pairs';
import { jsonOf, partsFrom } from '../plain';
import { redrawFields, redrawIn, toldOf, type RedrawDraft } from './redraw';
import {
  emphasisOf,
  likeOf,
  resourcesOf,
  toolNames,
  type Draft,
  type Hires,
  type Recipe,
  type RecipeMode,
  type RecipeSettings,
  type Tool,
} from '../recipe';
import { isBefore } from './version';

const STRENGTH = 'Denoising strength';
/** Until 2023, "Size" was the second pass's and this the first's; 0x0 means that it is computed. */
const FIRST_PASS = 'First pass size';
/** Fooocus's list of LoRAs. */
const WEIGHTS = 'Lora weights';
const EXACT = 'Drobe';

const steps = numbers('steps', ['Steps']);
const settingFields = [steps, ...firstFields, ...seedFields, ...samplingFields, ...maskFields, ...ownFields];

function byName<T>(fields: readonly Field<T>[]): ReadonlyMap<string, Field<T>> {
  return new Map(fields.flatMap((field) => field.names.map((name) => [name, field] as const)));
}
const settingNamed = byName(settingFields);
const hiresNamed = byName(hiresFields);
const redrawNamed = byName(redrawFields);
const maskNames: ReadonlySet<string> = new Set(maskFields.flatMap(({ names }) => names));

/** Whether a text has settings of a picture, and is not only a prompt. */
export function isInfotext(text: string): boolean {
  const names = new Set(partsOf(arranged(text)).pairs.map(([name]) => name));
  return ['Steps', 'Sampler', 'CFG scale', 'Seed', 'Size'].filter((name) => names.has(name)).length >= 2;
}

/** The recipe in such a text. A text without settings is only a prompt and a negative prompt. */
export function readInfotext(text: string): Recipe {
  const { text: plain, resources, weights } = withoutJson(arranged(text));
  const { prompt, negative, pairs } = partsOf(plain);
  if (pairs.length === 0)
    return { tool: { name: 'A1111' }, settings: { prompt, negative }, resources, unknown: [] };
  const said = new Map(pairs);
  const tool = toolNamed(said.get('Version'));
  const settings: Draft = {
    ...{ prompt: tagged(prompt, [...weights, ...weightsIn(said.get(WEIGHTS))]), negative },
    ...usual(tool, said),
  };
  const hires: HiresDraft = {};
  const redrawn: RedrawDraft = {};
  const { controls, unknown } = controlsIn(said);
  if (controls.length > 0) settings.controls = controls;
  for (const [name, value] of said) {
    if (taken.has(name) || CONTROL.test(name)) continue;
    const asSetting = settingNamed.get(name)?.read(value);
    const asHires = hiresNamed.get(name)?.read(value);
    const asRedraw = redrawNamed.get(name)?.read(value);
    if (asSetting) Object.assign(settings, asSetting);
    else if (asHires) Object.assign(hires, asHires);
    else if (asRedraw) Object.assign(redrawn, asRedraw);
    else unknown.push([name, value]);
  }
  const chosen = samplingIn(plain, said, settings);
  if (chosen) Object.assign(settings, chosen);
  else if (said.has('Sampler')) unknown.push(['Sampler', mustGet(said, 'Sampler')]);
  Object.assign(settings, passesIn(said, hires, settings));
  const redraw = redrawIn(redrawn, settings.strength);
  if (redraw) settings.redraw = redraw;
  // Forge writes this for FLUX alone.
  const foreign = said.has('Distilled CFG Scale') ? { foreign: 'FLUX' } : {};
  const recipe = { tool, ...foreign, settings, resources: together(resourcesIn(said), resources), unknown };
  return withExact(recipe, said.get(EXACT));
}

/** The name of a unit of A1111's ControlNet extension, with its number. */
const CONTROL = /^ControlNet \d{1,2}$/;

function controlsIn(said: ReadonlyMap<string, string>): {
  readonly controls: readonly RecipeControl[];
  readonly unknown: [string, string][];
} {
  const controls: RecipeControl[] = [];
  const unknown: [string, string][] = [];
  for (const [name, value] of said) {
    if (!CONTROL.test(name)) continue;
    const read = readControl(value);
    if (!read) unknown.push([name, value]);
    else {
      controls.push(read.control);
      unknown.push(...read.unknown.map(([own, text]): [string, string] => [`${name} ${own}`, text]));
    }
  }
  return { controls, unknown };
}

/** Names that are read together with others, not one by one. */
const taken: ReadonlySet<string> = new Set([
  ...['Sampler', 'Schedule type', STRENGTH, 'Hires sampler', 'Hires schedule type', 'Version', EXACT],
  ...[FIRST_PASS, WEIGHTS],
  ...['Model', 'Model hash', 'VAE', 'VAE hash', 'Lora hashes', 'TI hashes'],
]);

function toolNamed(version: string | undefined): Tool {
  if (version === undefined) return { name: 'A1111' };
  const name = toolNames.find((tool) => version.toLowerCase().startsWith(tool.toLowerCase())) ?? 'A1111';
  return name === version ? { name } : { name, version };
}

/** A tool's defaults. Our own pictures had no emphasis before they had "Like". */
function usual({ name }: Tool, said: ReadonlyMap<string, string>): Draft {
  const like = likeOf(name);
  const emphasis = name === 'Drobe' && !said.has('Like') ? 'off' : emphasisOf(name);
  return { like, emphasis, clipSkip: 1, rng: like === 'A1111' ? 'NV' : 'CPU' };
}

/**
 * Sampler and schedule; those of A1111 as it reads them itself. Before version 1.9 a sampler without a schedule meant Uniform,
 * which only the version tells.
 */
function samplingIn(
  text: string,
  said: ReadonlyMap<string, string>,
  { like }: Draft,
): Pick<Draft, 'sampler' | 'schedule'> | null {
  const label = said.get('Sampler');
  if (label === undefined) return null;
  const schedule = said.get('Schedule type');
  const any = chosenBy(label, schedule);
  const a1111 = resolve(parametersOf(text));
  if (like !== 'A1111' || !a1111.known) return any;
  const old =
    schedule === undefined && label === a1111.sampler && isBefore(said.get('Version') ?? '', '1.9.0');
  if (old && automaticOf(a1111.sampler) !== 'Uniform' && label !== 'Restart') {
    return { sampler: a1111.sampler, schedule: 'Uniform' };
  }
  return { sampler: a1111.sampler, schedule: scheduleNamed(schedule ?? '') ?? a1111.schedule };
}

/**
 * Mode, strength and hires pass. The strength belongs to the second pass, if there is one; which settings there are tells the
 * mode.
 */
function passesIn(said: ReadonlyMap<string, string>, hires: HiresDraft, { width, height }: Draft): Draft {
  const number = Number(said.get(STRENGTH));
  const strength = said.has(STRENGTH) && Number.isFinite(number) ? { strength: number } : {};
  const isMask = [...said.keys()].some((name) => maskNames.has(name));
  const mode: RecipeMode = said.has('Feather')
    ? 'outpaint'
    : isMask
      ? 'inpaint'
      : said.has('Image CFG scale')
        ? 'instruct'
        : 'text';
  const early = sizeIn(said.get(FIRST_PASS) ?? '');
  if (early && width && height && number > 0) {
    const [ownWidth, ownHeight] =
      early.width && early.height ? [early.width, early.height] : firstPassOf(width, height);
    const second: Hires = { upscaler: 'Latent', width, height, strength: number };
    return { mode, width: ownWidth, height: ownHeight, hires: second };
  }
  if (hires.upscaler === undefined && hires.scale === undefined && hires.width === undefined) {
    return { ...strength, mode: mode === 'text' && number > 0 ? 'image' : mode };
  }
  const sampler = said.get('Hires sampler') ?? SAME_SAMPLER;
  const schedule = said.get('Hires schedule type') ?? SAME_SCHEDULE;
  const own = sampler === SAME_SAMPLER ? null : chosenBy(sampler, schedule);
  const ownSchedule = schedule === SAME_SCHEDULE ? own?.schedule : scheduleNamed(schedule);
  return {
    mode,
    hires: {
      upscaler: 'Latent',
      strength: 0.7,
      ...hires,
      ...strength,
      ...(own && { sampler: own.sampler }),
      ...(ownSchedule && ownSchedule !== 'Automatic' && { schedule: ownSchedule }),
    },
  };
}

function withExact(recipe: Recipe, json: string | undefined): Recipe {
  if (json === undefined) return recipe;
  try {
    const { settings, ...parts } = partsFrom(JSON.parse(json));
    return { ...recipe, ...parts, settings: { ...recipe.settings, ...settings } };
  } catch {
    return { ...recipe, unknown: [...recipe.unknown, [EXACT, json]] };
  }
}

/**
 * The text of a recipe. Only Drobe's own recipes get the exact value; another tool's text has only what that tool would write.
 */
export function writeInfotext(recipe: Recipe): string {
  const { prompt = '', negative = '' } = recipe.settings;
  const pairs = pairsTold(recipe);
  const text = textOf(prompt, negative, pairs);
  const exact = recipe.tool.name === 'Drobe' ? lost(recipe, readInfotext(text)) : null;
  return exact === null ? text : textOf(prompt, negative, [...pairs, surePairText(EXACT, jsonOf(exact))]);
}

/** Joins the parts of a text as A1111 does. */
export function textOf(prompt: string, negative: string, pairs: readonly string[]): string {
  const unwanted = negative === '' ? '' : `\nNegative prompt: ${negative}`;
  return strip(`${prompt}${unwanted}\n${pairs.join(', ')}`);
}

function pairsTold(recipe: Recipe): string[] {
  const { tool, settings, unknown } = recipe;
  const { hires, redraw, sampler, schedule, strength, controls = [] } = settings;
  const all: string[] = [];
  const tell = (name: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') all.push(surePairText(name, value));
  };
  const tellAll = <T>(fields: readonly Field<T>[], from: T): void => {
    for (const { names, write } of fields) tell(names[0], write(from));
  };
  const [model] = resourcesOf(recipe, 'model');
  const [vae] = resourcesOf(recipe, 'vae');
  const passStrength = hires?.strength ?? strength;

  tellAll([steps], settings);
  tell('Sampler', sampler);
  tell('Schedule type', schedule);
  tellAll(firstFields, settings);
  tell('Model hash', model?.hash);
  tell('Model', model?.name);
  tell('VAE hash', vae?.hash);
  tell('VAE', vae?.name);
  tellAll(seedFields, settings);
  tell(STRENGTH, passStrength === undefined ? undefined : pythonNumber(passStrength));
  tellAll(samplingFields, withoutUsual(tool, settings));
  tell('Lora hashes', hashList(resourcesOf(recipe, 'lora')));
  tell('TI hashes', hashList(resourcesOf(recipe, 'embedding')));
  if (hires) {
    tell('Hires sampler', hires.sampler);
    tell('Hires schedule type', hires.schedule);
    tellAll(hiresFields, hires);
  }
  if (redraw) tellAll(redrawFields, toldOf(redraw, strength));
  for (const [i, control] of controls.entries()) tell(`ControlNet ${i}`, writeControl(control));
  tellAll(maskFields, settings);
  tellAll(ownFields, withoutUsual(tool, settings));
  const known = new Set([...settingNamed.keys(), ...hiresNamed.keys(), ...redrawNamed.keys(), ...taken]);
  for (const [name, value] of unknown)
    if (isName(name) && !known.has(name) && !CONTROL.test(name)) tell(name, value);
  tell('Version', tool.version ?? (tool.name === 'A1111' ? undefined : tool.name));
  return all;
}

/** The settings without `like` and `emphasis` where the tool's name implies them. */
function withoutUsual({ name }: Tool, settings: RecipeSettings): RecipeSettings {
  const { like, emphasis, ...rest } = settings;
  const own = likeOf(name);
  return {
    ...rest,
    ...(like && (name === 'Drobe' || like !== own) && { like }),
    ...(emphasis && emphasis !== emphasisOf(name) && { emphasis }),
  };
}

/** What a recipe has and its text loses; null where nothing is lost. */
function lost({ settings, resources, unknown }: Recipe, read: Recipe): Partial<Recipe> | null {
  const differs = (a: unknown, b: unknown): boolean => jsonOf(a) !== jsonOf(b);
  const names = keysOf<keyof RecipeSettings>(settings);
  const apart = names.filter(
    (name) => settings[name] !== undefined && differs(settings[name], read.settings[name]),
  );
  const exact = {
    ...(apart.length > 0 && { settings: Object.fromEntries(apart.map((name) => [name, settings[name]])) }),
    ...(differs(resources, read.resources) && { resources }),
    ...(differs(unknown, read.unknown) && { unknown }),
  };
  return Object.keys(exact).length === 0 ? null : exact;
}
