/**
 * Reads the recipe in a ComfyUI workflow: from the saved picture back to the sampler, and from there to the model, the prompts
 * and the noise. Nodes on the way that are not understood are reported as unknown, and so are those that were never reached.
 */
import { entriesOf } from '../../objects';
import { chosenBy, scheduleNamed } from '../../sampling/labels';
import { askedOf } from './asked';
import { graphOf } from './forms';
import type { GraphNode } from './graph';
import { isNodeType } from './nodes';
import { translated } from './translate';
import { Walk } from './walk';
import { parseExact } from '../json';
import type { Draft, Hires, Recipe, RecipeSettings } from '../recipe';

/** Whether JSON is a workflow, even one without a known sampler. */
export const isComfy = (json: string): boolean => graphOf(parseExact(json)) !== null;

/**
 * @param json of the "prompt" or the "workflow".
 * @returns null for anything else, and for a workflow without a known sampler.
 */
export function readComfy(json: string): Recipe | null {
  const graph = graphOf(parseExact(json));
  return graph && new Reader(new Walk(translated(graph))).recipe();
}

const samplerTypes = new Set(['KSampler', 'KSamplerAdvanced', 'SamplerCustom']);
const upscalers = new Set([
  'LatentUpscale',
  'LatentUpscaleBy',
  'ImageScale',
  'ImageScaleBy',
  'ImageUpscaleWithModel',
]);

const pixelMethods: ReadonlyMap<string, string> = new Map([
  ['lanczos', 'Lanczos'],
  ['nearest-exact', 'Nearest'],
]);
const latentMethods: ReadonlyMap<string, string> = new Map([
  ['bilinear', 'Latent'],
  ['bicubic', 'Latent (bicubic)'],
  ['nearest-exact', 'Latent (nearest-exact)'],
]);

class Reader {
  readonly #walk: Walk;
  /** Ids of samplers that are parts of one run. */
  readonly #parts = new Set<string>();

  constructor(walk: Walk) {
    this.#walk = walk;
  }

  recipe(): Recipe | null {
    const last = this.#lastSampler();
    if (!last) return null;
    const settings = this.#passes(last);
    this.#walk.tellOthers();
    return {
      tool: { name: 'ComfyUI' },
      ...(this.#walk.foreign !== undefined && { foreign: this.#walk.foreign }),
      settings: { like: 'ComfyUI', emphasis: 'ComfyUI', rng: 'CPU', ...settings },
      resources: this.#walk.resources,
      unknown: this.#walk.unknown,
    };
  }

  /** The sampler of the saved or previewed picture; else one whose result no other sampler takes. */
  #lastSampler(): GraphNode | null {
    const nodes = this.#walk.nodes;
    const ends = nodes
      .filter(({ type }) => type === 'SaveImage')
      .concat(nodes.filter(({ type }) => type === 'PreviewImage'));
    for (const end of ends) {
      const found = this.#walk.back(end, samplerTypes);
      if (found) return found;
    }
    const samplers = nodes.filter(({ type }) => samplerTypes.has(type));
    const before = new Set(
      samplers.map((node) => this.#walk.back(this.#walk.to(node, 'latent_image'), samplerTypes)),
    );
    return samplers.find((node) => !before.has(node)) ?? samplers.at(-1) ?? null;
  }

  /** The settings of one pass, or of two with the picture enlarged between them. */
  #passes(last: GraphNode): RecipeSettings {
    this.#walk.see(last);
    this.#decoder();
    const start = this.#walk.to(last, 'latent_image');
    const first = this.#walk.back(start, samplerTypes);
    if (!first || first === last || !start) {
      return { ...this.#pass(last), ...this.#start(last), ...this.#batch() };
    }
    const isOne = this.#goesOn(first, last);
    const one = { ...this.#pass(first), ...this.#start(first), ...this.#batch() };
    const two = this.#pass(last);
    if (isOne) return one;
    const own = (key: keyof Hires & keyof RecipeSettings): Partial<Hires> =>
      two[key] !== undefined && two[key] !== one[key] ? { [key]: two[key] } : {};
    const hires: Hires = {
      ...this.#enlarged(start),
      strength: this.#denoise(last),
      ...own('steps'),
      ...own('guidance'),
      ...own('sampler'),
      ...own('schedule'),
      ...own('prompt'),
      ...own('negative'),
    };
    return { ...one, mode: 'text', hires };
  }

  #enlarged(start: GraphNode): Pick<Hires, 'upscaler' | 'scale' | 'width' | 'height'> {
    const node = this.#walk.back(start, upscalers);
    if (!node) return { upscaler: 'None', scale: 1 };
    const isLatent = node.type.startsWith('Latent');
    const method = this.#walk.text(node, 'upscale_method') ?? '';
    const upscaler = (isLatent ? latentMethods : pixelMethods).get(method);
    if (!upscaler) this.#walk.doNotKnow('Upscale method', method || node.type);
    const [scale, width, height] = ['scale_by', 'width', 'height'].map((name) =>
      this.#walk.number(node, name),
    );
    return {
      upscaler: upscaler ?? (isLatent ? 'Latent' : 'Lanczos'),
      ...(scale !== undefined ? { scale } : width && height ? { width, height } : { scale: 1 }),
    };
  }

  /** A sampler's settings, with those of its model and prompts. */
  #pass(sampler: GraphNode): RecipeSettings {
    const asked = askedOf(sampler, this.#walk);
    return { ...this.#sampling(sampler), ...asked };
  }

  #sampling(sampler: GraphNode): Draft {
    const draft: Draft = {};
    const seed = this.#walk.value(sampler, sampler.type === 'KSampler' ? 'seed' : 'noise_seed');
    if (/^\d{1,20}$/.test(String(seed))) draft.seed = BigInt.asUintN(64, BigInt(String(seed)));
    // A graphics card's noise: NVIDIA's, as nearly all cards are.
    if (this.#walk.text(sampler, 'noise_device') === 'GPU') draft.rng = 'NV';
    const guidance = this.#walk.number(sampler, 'cfg');
    if (guidance !== undefined) draft.guidance = guidance;
    let name = this.#walk.text(sampler, 'sampler_name');
    let scheduler = this.#walk.text(sampler, 'scheduler');
    let timing = sampler;
    if (sampler.type === 'SamplerCustom') {
      const select = this.#walk.to(sampler, 'sampler');
      name = select && this.#walk.text(select, 'sampler_name');
      if (select && name === undefined) this.#walk.doNotKnow('Node', select.type);
      timing = this.#walk.to(sampler, 'sigmas') ?? sampler;
      scheduler = this.#walk.text(timing, 'scheduler') ?? this.#ownSchedule(timing, draft);
    }
    const steps = this.#walk.number(timing, 'steps');
    if (steps !== undefined) draft.steps = steps;
    if (sampler.type === 'KSamplerAdvanced') this.#sliced(sampler, steps);
    const chosen = name === undefined ? null : chosenBy(name, scheduler);
    if (chosen) Object.assign(draft, chosen);
    else if (name !== undefined) this.#walk.doNotKnow('Sampler', name);
    if (scheduler && !scheduleNamed(scheduler)) this.#walk.doNotKnow('Scheduler', scheduler);
    return draft;
  }

  /** The name of a schedule that is a node of its own; its numbers go into the draft. */
  #ownSchedule(node: GraphNode, draft: Draft): string | undefined {
    const [, name] =
      /^(Karras|Exponential|Polyexponential|AlignYourSteps|SDTurbo)Scheduler$/.exec(node.type) ?? [];
    if (name === undefined) {
      this.#walk.doNotKnow('Node', node.type);
      return undefined;
    }
    const ends = { sigmaMin: 'sigma_min', sigmaMax: 'sigma_max', rho: 'rho' } as const;
    for (const [key, field] of entriesOf(ends)) {
      const value = this.#walk.number(node, field);
      if (value !== undefined) draft[key] = value;
    }
    return name === 'SDTurbo' ? 'Turbo' : name;
  }

  /** Whether two samplers are the parts of one run, the second often with a refiner. */
  #goesOn(first: GraphNode, last: GraphNode): boolean {
    const at = (node: GraphNode, name: string): number | undefined => this.#walk.number(node, name);
    const isNoisy = this.#walk.text(last, 'add_noise') !== 'disable';
    if (isNoisy || (at(first, 'start_at_step') ?? 0) > 0) return false;
    if (at(first, 'end_at_step') !== at(last, 'start_at_step')) return false;
    for (const node of [first, last]) this.#parts.add(node.id);
    return true;
  }

  /** Reports a sampler that runs only some of the steps, or adds no noise: only whole runs can be drawn here. */
  #sliced(sampler: GraphNode, steps: number | undefined): void {
    if (this.#parts.has(sampler.id)) return;
    const from = this.#walk.number(sampler, 'start_at_step') ?? 0;
    const to = this.#walk.number(sampler, 'end_at_step') ?? Infinity;
    if (from > 0 || to < (steps ?? 0)) this.#walk.doNotKnow('Steps run', `${from} to ${to}`);
    if (this.#walk.text(sampler, 'add_noise') === 'disable') this.#walk.doNotKnow('Add noise', 'disable');
  }

  /** The latents that noise is added to: mode, size and strength. */
  #start(sampler: GraphNode): Draft {
    const draft: Draft = {};
    let mode: Draft['mode'] = 'text';
    for (const node of this.#walk.along(
      this.#walk.to(sampler, 'latent_image'),
      'samples',
      'pixels',
      'image',
    )) {
      const [width, height] = [this.#walk.number(node, 'width'), this.#walk.number(node, 'height')];
      if (width && height && draft.width === undefined) Object.assign(draft, { width, height });
      if (node.type === 'EmptyLatentImage') break;
      if (node.type === 'SetLatentNoiseMask' || node.type === 'VAEEncodeForInpaint') mode = 'inpaint';
      else if (node.type === 'InstructPixToPixConditioning') mode = 'instruct';
      else if (node.type === 'VAEEncode' && mode === 'text') mode = 'image';
      else if (!isNodeType(node.type)) this.#walk.doNotKnow('Node', node.type);
      if (node.type === 'LoadImage') break;
      if (node.type === 'VAEEncodeForInpaint') draft.content = 'fill';
      this.#walk.to(node, 'mask');
    }
    const isDrawn = mode === 'image' || mode === 'inpaint';
    return { ...draft, mode, ...(isDrawn && { strength: this.#denoise(sampler) }) };
  }

  #denoise(sampler: GraphNode): number {
    const timing = sampler.type === 'SamplerCustom' ? this.#walk.to(sampler, 'sigmas') : sampler;
    return (timing && this.#walk.number(timing, 'denoise')) ?? 1;
  }

  /** The picture's place in a batch of several that were drawn with one seed. Without it only the batch's size can be told. */
  #batch(): Draft {
    const nodes = this.#walk.nodes;
    const empty = nodes.find(({ type }) => type === 'EmptyLatentImage');
    const taken = nodes.find(({ type }) => type === 'LatentFromBatch');
    const count = empty && this.#walk.number(empty, 'batch_size');
    const index = taken && this.#walk.number(taken, 'batch_index');
    if (!empty || count === undefined || count <= 1) return {};
    if (index === undefined) {
      if (this.#walk.saw(empty)) this.#walk.doNotKnow('Batch size', String(count));
      return {};
    }
    return { batch: { index: Math.min(index, count - 1), count } }; // as LatentFromBatch does
  }

  #decoder(): void {
    for (const node of this.#walk.nodes) {
      if (node.type !== 'VAEDecode') continue;
      this.#walk.see(node);
      const vae = this.#walk.to(node, 'vae');
      const name = vae && this.#walk.text(vae, 'vae_name');
      if (name !== undefined) this.#walk.file('vae', name);
    }
  }
}
