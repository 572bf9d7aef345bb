/**
 * The recipe in a workflow of ComfyUI: from the picture that it saves back to the sampler, and from there to the model, the
 * words and the noise. What stands in the way and is not understood is named, and so is the rest of its nodes.
 */
import { chosenBy, scheduleNamed } from '../sampling/labels';
import { controlOf, controlTypes, type Walk } from './comfy-control';
import { graphOf, sourceOf, valueOf, type Graph, type GraphNode } from './comfy-graph';
import { isNodeType } from './comfy-nodes';
import type { RecipeControl } from './control';
import { parseExact } from './json';
import {
  stemOf,
  type Draft,
  type Hires,
  type Recipe,
  type RecipeSettings,
  type RecipeSkipLayers,
  type Resource,
} from './recipe';
import { layersIn } from './skip-layers';

/** @param json of the "prompt" or the "workflow". Null for what is no workflow, or has no sampler. */
export function readComfy(json: string): Recipe | null {
  const graph = graphOf(parseExact(json));
  return graph && new Reader(graph).recipe();
}

const samplerTypes = new Set(['KSampler', 'KSamplerAdvanced', 'SamplerCustom']);
/** Nothing of the picture depends on them. */
const beside = new Set(['PreviewImage', 'SaveImage', 'Note', 'MarkdownNote', 'Reroute', 'PrimitiveNode']);

const pixelMethods: Readonly<Record<string, string>> = { lanczos: 'Lanczos', 'nearest-exact': 'Nearest' };
const latentMethods: Readonly<Record<string, string>> = {
  bilinear: 'Latent',
  bicubic: 'Latent (bicubic)',
  'nearest-exact': 'Latent (nearest-exact)',
};

class Reader {
  readonly #graph: Graph;
  readonly #resources: Resource[] = [];
  readonly #unknown: [string, string][] = [];
  readonly #seen = new Set<string>();
  /** Of the pass that is read, by the nodes that apply them, those nearest to the sampler first. */
  readonly #controls = new Map<string, RecipeControl>();

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  recipe(): Recipe | null {
    const last = this.#lastSampler();
    if (!last) return null;
    const settings = this.#passes(last);
    const others = [...this.#graph.values()].filter(
      ({ id, type }) => !this.#seen.has(id) && !beside.has(type),
    );
    for (const type of new Set(others.map((node) => node.type))) this.#doNotKnow('Node', type);
    return {
      tool: { name: 'ComfyUI' },
      settings: { like: 'ComfyUI', emphasis: 'ComfyUI', rng: 'CPU', ...settings },
      resources: this.#resources,
      unknown: this.#unknown,
    };
  }

  #doNotKnow(name: string, value: string): void {
    if (!this.#unknown.some(([key, said]) => key === name && said === value))
      this.#unknown.push([name, value]);
  }

  #to(node: GraphNode, name: string): { node: GraphNode; slot: number } | null {
    const source = sourceOf(this.#graph, node, name);
    if (source) this.#seen.add(source.node.id);
    return source;
  }

  #text(node: GraphNode, name: string): string | undefined {
    const value = valueOf(this.#graph, node, name);
    return typeof value === 'string' ? value : undefined;
  }

  #number(node: GraphNode, name: string): number | undefined {
    const value = Number(valueOf(this.#graph, node, name) ?? NaN);
    return Number.isFinite(value) ? value : undefined;
  }

  /** The sampler of the picture that is saved; else one that no other sampler goes on from. */
  #lastSampler(): GraphNode | null {
    const nodes = [...this.#graph.values()];
    const ends = nodes
      .filter(({ type }) => type === 'SaveImage')
      .concat(nodes.filter(({ type }) => type === 'PreviewImage'));
    for (const end of ends) {
      const found = this.#back(end, samplerTypes);
      if (found) return found;
    }
    const samplers = nodes.filter(({ type }) => samplerTypes.has(type));
    const before = new Set(
      samplers.map((node) => this.#back(this.#to(node, 'latent_image')?.node, samplerTypes)),
    );
    return samplers.find((node) => !before.has(node)) ?? samplers.at(-1) ?? null;
  }

  /** The first node of these types on the way back along pictures and latents. */
  #back(from: GraphNode | undefined, types: ReadonlySet<string>): GraphNode | null {
    let node = from;
    for (let steps = 0; node && steps < this.#graph.size; steps++) {
      if (types.has(node.type)) return node;
      const at: GraphNode = node;
      node = ['samples', 'images', 'image', 'pixels', 'latent_image']
        .map((name) => this.#to(at, name)?.node)
        .find((source) => source !== undefined);
    }
    return null;
  }

  /** One pass, or two with the picture enlarged between them. */
  #passes(last: GraphNode): RecipeSettings {
    this.#seen.add(last.id);
    this.#decoder();
    const start = this.#to(last, 'latent_image')?.node;
    const first = this.#back(start, samplerTypes);
    if (!first || first === last || !start) {
      return { ...this.#pass(last), ...this.#start(last), ...this.#batch() };
    }
    const one = { ...this.#pass(first), ...this.#start(first), ...this.#batch() };
    const two = this.#pass(last);
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
    const types = new Set([
      'LatentUpscale',
      'LatentUpscaleBy',
      'ImageScale',
      'ImageScaleBy',
      'ImageUpscaleWithModel',
    ]);
    const node = this.#back(start, types);
    if (!node) return { upscaler: 'None', scale: 1 };
    const isLatent = node.type.startsWith('Latent');
    const method = this.#text(node, 'upscale_method') ?? '';
    const upscaler = (isLatent ? latentMethods : pixelMethods)[method];
    if (!upscaler) this.#doNotKnow('Upscale method', method || node.type);
    const [scale, width, height] = ['scale_by', 'width', 'height'].map((name) => this.#number(node, name));
    return {
      upscaler: upscaler ?? (isLatent ? 'Latent' : 'Lanczos'),
      ...(scale !== undefined ? { scale } : width && height ? { width, height } : { scale: 1 }),
    };
  }

  /** What a sampler does, with the model and the words that it has. */
  #pass(sampler: GraphNode): RecipeSettings {
    const model = this.#model(sampler);
    this.#controls.clear();
    const positive = this.#words(sampler, 'positive');
    const negative = this.#words(sampler, 'negative');
    const clip = this.#clip(positive.clip);
    const tags = model.tags.concat(
      clip.tags.filter((tag) => !model.tags.some((other) => other.id === tag.id)),
    );
    const asked = tags.reverse().map(({ tag }) => tag);
    return {
      ...this.#sampling(sampler),
      ...model.settings,
      prompt: [positive.text, ...asked].filter(Boolean).join(' '),
      negative: negative.text,
      clipSkip: clip.skip,
      ...(this.#controls.size > 0 && { controls: [...this.#controls.values()].reverse() }),
    };
  }

  #sampling(sampler: GraphNode): Draft {
    const draft: Draft = {};
    const seed = valueOf(this.#graph, sampler, sampler.type === 'KSampler' ? 'seed' : 'noise_seed');
    if (/^\d{1,20}$/.test(String(seed))) draft.seed = BigInt.asUintN(64, BigInt(String(seed)));
    const guidance = this.#number(sampler, 'cfg');
    if (guidance !== undefined) draft.guidance = guidance;
    let name = this.#text(sampler, 'sampler_name');
    let scheduler = this.#text(sampler, 'scheduler');
    let timing = sampler;
    if (sampler.type === 'SamplerCustom') {
      const select = this.#to(sampler, 'sampler')?.node;
      name = select && this.#text(select, 'sampler_name');
      if (select && name === undefined) this.#doNotKnow('Node', select.type);
      timing = this.#to(sampler, 'sigmas')?.node ?? sampler;
      scheduler = this.#text(timing, 'scheduler') ?? this.#ownSchedule(timing, draft);
    }
    const steps = this.#number(timing, 'steps');
    if (steps !== undefined) draft.steps = steps;
    if (sampler.type === 'KSamplerAdvanced') this.#sliced(sampler, steps);
    const chosen = name === undefined ? null : chosenBy(name, scheduler);
    if (chosen) Object.assign(draft, chosen);
    else if (name !== undefined) this.#doNotKnow('Sampler', name);
    if (scheduler && !scheduleNamed(scheduler)) this.#doNotKnow('Scheduler', scheduler);
    return draft;
  }

  /** Schedules that are nodes of their own. */
  #ownSchedule(node: GraphNode, draft: Draft): string | undefined {
    const [, name] =
      /^(Karras|Exponential|Polyexponential|AlignYourSteps|SDTurbo)Scheduler$/.exec(node.type) ?? [];
    if (name === undefined) {
      this.#doNotKnow('Node', node.type);
      return undefined;
    }
    const ends = { sigmaMin: 'sigma_min', sigmaMax: 'sigma_max', rho: 'rho' } as const;
    for (const [key, field] of Object.entries(ends) as [keyof typeof ends, string][]) {
      const value = this.#number(node, field);
      if (value !== undefined) draft[key] = value;
    }
    return name === 'SDTurbo' ? 'Turbo' : name;
  }

  /** Only a whole run is one of ours. */
  #sliced(sampler: GraphNode, steps: number | undefined): void {
    const from = this.#number(sampler, 'start_at_step') ?? 0;
    const to = this.#number(sampler, 'end_at_step') ?? Infinity;
    if (from > 0 || to < (steps ?? 0)) this.#doNotKnow('Steps run', `${from} to ${to}`);
    if (this.#text(sampler, 'add_noise') === 'disable') this.#doNotKnow('Add noise', 'disable');
  }

  /** From a sampler to its checkpoint. */
  #model(sampler: GraphNode): { settings: Draft; tags: Tag[] } {
    const settings: Draft = {};
    const tags: Tag[] = [];
    let node = this.#to(sampler, 'model')?.node;
    for (let steps = 0; node && steps < this.#graph.size; steps++) {
      if (node.type.startsWith('LoraLoader')) this.#lora(node, tags);
      else if (node.type === 'RescaleCFG') settings.guidanceRescale = this.#number(node, 'multiplier') ?? 0.7;
      else if (node.type === 'ModelSamplingSD3') settings.shift = this.#number(node, 'shift') ?? 3;
      else if (node.type === 'SkipLayerGuidanceSD3') settings.skipLayers = this.#skipLayers(node);
      else if (node.type === 'ModelSamplingDiscrete') {
        if (valueOf(this.#graph, node, 'zsnr') === true) settings.zeroSnr = true;
        const sampling = this.#text(node, 'sampling');
        if (sampling === 'v_prediction') settings.prediction = 'v';
        else if (sampling === 'eps') settings.prediction = 'epsilon';
        else if (sampling !== undefined) this.#doNotKnow('Sampling', sampling);
      } else if (!this.#checkpoint(node)) this.#doNotKnow('Node', node.type);
      node = this.#to(node, 'model')?.node;
    }
    return { settings, tags };
  }

  /** What is not told is as the node has it. */
  #skipLayers(node: GraphNode): RecipeSkipLayers {
    return {
      layers: layersIn(this.#text(node, 'layers') ?? '7, 8, 9'),
      scale: this.#number(node, 'scale') ?? 3,
      start: this.#number(node, 'start_percent') ?? 0.01,
      end: this.#number(node, 'end_percent') ?? 0.15,
    };
  }

  #checkpoint(node: GraphNode): boolean {
    const name = this.#text(node, 'ckpt_name') ?? this.#text(node, 'unet_name');
    if (name !== undefined) this.#file('model', name);
    return name !== undefined;
  }

  #file(kind: Resource['kind'], file: string): void {
    const name = stemOf(file);
    if (!this.#resources.some((other) => other.kind === kind && other.name === name)) {
      this.#resources.push({ kind, name });
    }
  }

  #lora(node: GraphNode, tags: Tag[]): void {
    const name = this.#text(node, 'lora_name');
    if (name === undefined || tags.some(({ id }) => id === node.id)) return;
    const unet = this.#number(node, 'strength_model') ?? 1;
    const te = node.type === 'LoraLoaderModelOnly' ? 0 : (this.#number(node, 'strength_clip') ?? 1);
    tags.push({ id: node.id, tag: `<lora:${stemOf(name)}:${te === unet ? unet : `${te}:${unet}`}>` });
  }

  /** Along the text encoder: its LoRAs, and how many of its layers are left out. */
  #clip(from: GraphNode | null): { skip: number; tags: Tag[] } {
    const tags: Tag[] = [];
    let skip = 1;
    let node = from;
    for (let steps = 0; node && steps < this.#graph.size; steps++) {
      if (node.type === 'CLIPSetLastLayer')
        skip = Math.max(1, -(this.#number(node, 'stop_at_clip_layer') ?? -1));
      else if (node.type === 'LoraLoader') this.#lora(node, tags);
      else if (!isNodeType(node.type)) this.#doNotKnow('Node', node.type);
      node = this.#to(node, 'clip')?.node ?? null;
    }
    return { skip, tags };
  }

  /** The text of a conditioning. Of several that are put together, all of them in a row. */
  #words(sampler: GraphNode, name: string): { text: string; clip: GraphNode | null } {
    const source = this.#to(sampler, name);
    return source ? this.#said(source.node, name, new Set()) : { text: '', clip: null };
  }

  #said(node: GraphNode, name: string, before: Set<string>): { text: string; clip: GraphNode | null } {
    if (before.has(node.id)) return { text: '', clip: null };
    before.add(node.id);
    const on = (input: string): { text: string; clip: GraphNode | null } => {
      const source = this.#to(node, input);
      return source ? this.#said(source.node, input, before) : { text: '', clip: null };
    };
    if (node.type === 'CLIPTextEncode') {
      return { text: plainWords(this.#text(node, 'text') ?? ''), clip: this.#to(node, 'clip')?.node ?? null };
    }
    if (node.type === 'InstructPixToPixConditioning') return on(name);
    if (controlTypes.has(node.type)) {
      this.#control(node);
      return on(node.type === 'ControlNetApply' ? 'conditioning' : name);
    }
    this.#doNotKnow('Node', node.type);
    const text = this.#text(node, 'text_g') ?? this.#text(node, 'text');
    if (text !== undefined) return { text: plainWords(text), clip: this.#to(node, 'clip')?.node ?? null };
    const inputs = [...node.inputs.keys()].filter((input) =>
      /^(?:conditioning|positive|negative)/.test(input),
    );
    const parts = inputs.includes(name) ? [on(name)] : inputs.map(on);
    const texts = parts.map((part) => part.text).filter(Boolean);
    return { text: texts.join(' '), clip: parts.find(({ clip }) => clip)?.clip ?? null };
  }

  #control(node: GraphNode): void {
    if (this.#controls.has(node.id)) return;
    const walk: Walk = {
      to: (from, name) => this.#to(from, name)?.node,
      text: (from, name) => this.#text(from, name),
      number: (from, name) => this.#number(from, name),
      unknown: (type) => this.#doNotKnow('Node', type),
    };
    const control = controlOf(node, walk);
    if (control) this.#controls.set(node.id, control);
    else this.#doNotKnow('Node', node.type);
  }

  /** What noise is put on. */
  #start(sampler: GraphNode): Draft {
    const source = this.#to(sampler, 'latent_image')?.node;
    const draft: Draft = {};
    let mode: Draft['mode'] = 'text';
    let node = source;
    for (let steps = 0; node && steps < this.#graph.size; steps++) {
      const [width, height] = [this.#number(node, 'width'), this.#number(node, 'height')];
      if (width && height && draft.width === undefined) Object.assign(draft, { width, height });
      if (node.type === 'EmptyLatentImage') break;
      if (node.type === 'SetLatentNoiseMask' || node.type === 'VAEEncodeForInpaint') mode = 'inpaint';
      else if (node.type === 'InstructPixToPixConditioning') mode = 'instruct';
      else if (node.type === 'VAEEncode' && mode === 'text') mode = 'image';
      else if (!isNodeType(node.type)) this.#doNotKnow('Node', node.type);
      if (node.type === 'LoadImage') break;
      if (node.type === 'VAEEncodeForInpaint') draft.content = 'fill';
      const at: GraphNode = node;
      this.#to(at, 'mask');
      node = ['samples', 'pixels', 'image']
        .map((name) => this.#to(at, name)?.node)
        .find((next) => next !== undefined);
    }
    const isDrawn = mode === 'image' || mode === 'inpaint';
    return { ...draft, mode, ...(isDrawn && { strength: this.#denoise(sampler) }) };
  }

  #denoise(sampler: GraphNode): number {
    const timing = sampler.type === 'SamplerCustom' ? this.#to(sampler, 'sigmas')?.node : sampler;
    return (timing && this.#number(timing, 'denoise')) ?? 1;
  }

  /** A picture taken out of several that were drawn with one seed. */
  #batch(): Draft {
    const nodes = [...this.#graph.values()];
    const empty = nodes.find(({ type }) => type === 'EmptyLatentImage');
    const taken = nodes.find(({ type }) => type === 'LatentFromBatch');
    const count = empty && this.#number(empty, 'batch_size');
    const index = taken && this.#number(taken, 'batch_index');
    return count !== undefined && index !== undefined && count > 1 ? { batch: { index, count } } : {};
  }

  #decoder(): void {
    for (const node of this.#graph.values()) {
      if (node.type !== 'VAEDecode') continue;
      this.#seen.add(node.id);
      const vae = this.#to(node, 'vae')?.node;
      const name = vae && this.#text(vae, 'vae_name');
      if (name !== undefined) this.#file('vae', name);
    }
  }
}

/** A LoRA as a prompt asks for it, and the node that it was. */
interface Tag {
  readonly id: string;
  readonly tag: string;
}

/** ComfyUI calls a textual inversion "embedding:name". */
const plainWords = (text: string): string =>
  text.replace(/\bembedding:([\w.-]+)/g, (_, file: string) => stemOf(file));
