/** The recipe of a picture that was made here. */
import type { AddonFacts, Job, ModelEntry } from '../../engine/api';
import { shortHash } from '../../recipe/infotext/hashes';
import {
  stemOf,
  type Recipe,
  type RecipeRedraw,
  type RecipeSettings,
  type Resource,
  type ResourceKind,
} from '../../recipe/recipe';
import { loraTags, sameName } from '../../text/lora';
import { mentions } from '../../text/words';
import { recipeUnits } from '../control/recipe';
import type { Unit } from '../control/unit';
import { recipeReferences } from '../reference/recipe';
import type { ReferenceSettings } from '../reference/reference';
import { recipeSettings } from '../settings/recipe';
import type { Mode, Settings } from '../settings/settings';
import type { Enlarged } from './enlarged';

/** What is known of a picture that was drawn. */
export interface Drawn {
  readonly job: Omit<Job, 'source' | 'controls' | 'references'>;
  readonly mode: Mode;
  readonly settings: Settings;
  readonly controls?: readonly Unit[];
  readonly references?: readonly ReferenceSettings[];
  /** Its model's title, for want of a file name. */
  readonly model: string;
  /** What made it larger once it was drawn. */
  readonly enlarged?: Enlarged;
  /** What else is to be told of it, in A1111's words. */
  readonly script?: Recipe['unknown'];
}

/**
 * As it was really drawn: prompts, size and seed are the job's, the rest the settings'.
 * @param here the files on this device, for their names and hashes.
 */
export function recipeOf(
  { job, mode, settings, controls = [], references = [], model, enlarged, script = [] }: Drawn,
  here: readonly ModelEntry[],
): Recipe {
  const { prompt, negative, width, height, seed } = job;
  const { bits: _, ...told } = recipeSettings(mode, {
    ...settings,
    prompt,
    negative,
    width,
    height,
    seed: String(seed),
  });
  const units = [...recipeUnits(controls, here), ...recipeReferences(references, here)];
  return {
    tool: { name: 'Drobe' },
    settings: {
      ...told,
      ...(job.bits && { bits: job.bits }),
      ...secondPrompts(told, job),
      ...(enlarged?.redrawn && { redraw: redrawOf(enlarged, enlarged.redrawn) }),
      ...(units.length > 0 && { controls: units }),
    },
    resources: resourcesOf(job, model, here),
    // A1111's names of them; no other tool's recipe has these.
    unknown: [
      ...borrowed(job, here),
      ...(job.decoder ? [['VAE Decoder', job.decoder] as const] : []),
      ...(enlarged ? postprocessed(enlarged) : []),
      ...script,
    ],
  };
}

const postprocessed = ({ name, by, redrawn }: Enlarged): Recipe['unknown'] =>
  redrawn
    ? []
    : [
        ['Postprocess upscale by', String(by)],
        ['Postprocess upscaler', name],
      ];

function redrawOf(
  { name, by }: Enlarged,
  { tile, padding, blur, order, strength }: NonNullable<Enlarged['redrawn']>,
): RecipeRedraw {
  return { upscaler: name, scale: by, strength, ...tile, padding, blur, ...(order === 'chess' && { order }) };
}

/** Forge's words for files that parts of a model come from. */
function borrowed({ parts = {} }: Drawn['job'], here: readonly ModelEntry[]): Recipe['unknown'] {
  const files = Object.values(parts).map((lender) => here.find(({ id }) => id === lender)?.file ?? lender);
  return [...new Set(files)].map((file, i) => [`Module ${i + 1}`, stemOf(file)]);
}

/** What was left to chance is drawn in the second pass's prompts, too. */
function secondPrompts({ hires }: RecipeSettings, job: Drawn['job']): Pick<RecipeSettings, 'hires'> {
  if (!hires) return {};
  const { prompt, negative } = job.hires ?? {};
  return { hires: { ...hires, ...(prompt && { prompt }), ...(negative && { negative }) } };
}

const addonKinds: readonly ResourceKind[] = ['vae', 'lora', 'embedding'];

/** Without its folder. A1111 calls a VAE by it, ending and all. */
const bareName = (file: string): string => file.replace(/^.*\//, '');

/** The model, and what was added to it. Where the model is gone, its title stands in. */
function resourcesOf(job: Drawn['job'], title: string, here: readonly ModelEntry[]): Resource[] {
  const model = here.find(({ id }) => id === job.model);
  const addons = addonKinds.flatMap((kind) =>
    here.flatMap((entry) =>
      'addon' in entry && entry.addon.kind === kind && isUsed(entry.id, entry.addon, job)
        ? [resource(kind, kind === 'vae' ? bareName(entry.file) : entry.addon.name, entry)]
        : [],
    ),
  );
  return [resource('model', model ? stemOf(model.file) : title, model), ...addons];
}

/** LoRAs are called by tags, which negative prompts have not; textual inversions by words of any prompt. */
function isUsed(id: string, addon: AddonFacts, { prompt, negative, hires, vae }: Drawn['job']): boolean {
  const prompts = [prompt, hires?.prompt ?? ''];
  const all = [...prompts, negative, hires?.negative ?? ''];
  switch (addon.kind) {
    case 'vae':
      return id === vae;
    case 'taesd':
    case 'parts':
    case 'control': // told with its settings
    case 'ip-adapter':
    case 'image-encoder':
    case 'upscaler': // likewise
    case 'hint-net':
      return false;
    case 'lora':
      return prompts
        .flatMap((text) => loraTags(text, [addon.name]).loras)
        .some(({ name }) => sameName(name, addon.name));
    case 'embedding':
      return addon.words.some(({ trigger }) => all.some((text) => mentions(text, trigger)));
  }
}

function resource(kind: ResourceKind, name: string, entry: ModelEntry | undefined): Resource {
  const hash = entry?.hashes && shortHash(kind, entry.hashes);
  return { kind, name, ...(hash !== undefined && { hash }) };
}
