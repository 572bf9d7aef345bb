/** What a workflow's sampler is given: the model with everything applied to it, the prompts, and the controls. */
import { controlOf, controlTypes } from './control';
import type { GraphNode } from './graph';
import { isNodeType } from './nodes';
import type { Walk } from './walk';
import type { RecipeControl } from '../control';
import { stemOf, type Draft, type RecipeSettings, type RecipeSkipLayers } from '../recipe';
import { layersIn } from '../infotext/skip-layers';

/** A LoRA as a prompt's tag, and the id of the node that loads it. */
interface Tag {
  readonly id: string;
  readonly tag: string;
}

/** The text of a conditioning, and the text encoder that reads it. */
interface Words {
  readonly text: string;
  readonly clip?: GraphNode | undefined;
  /** The tool whose emphasis is used, "comfy" or "A1111", where the node has a choice. */
  readonly weights?: string | undefined;
}

/** Controls by the id of the node that applies them, nearest to the sampler first. */
type Controls = Map<string, RecipeControl>;

/** The settings that the nodes before a sampler say, as far as they are understood; the others are noted by the walk. */
export function askedOf(sampler: GraphNode, walk: Walk): RecipeSettings {
  const model = modelOf(sampler, walk);
  const controls: Controls = new Map();
  const said = (name: string): Words =>
    saidIn(walk.to(sampler, name), name, { walk, controls, before: new Set() });
  const [positive, negative] = [said('positive'), said('negative')];
  if (!['', 'comfy', 'A1111'].includes(positive.weights ?? ''))
    walk.doNotKnow('Weights', positive.weights ?? '');
  const clip = clipOf(positive.clip, walk);
  const tags = model.tags.concat(clip.tags.filter((tag) => !model.tags.some((other) => other.id === tag.id)));
  const asked = tags.reverse().map(({ tag }) => tag);
  return {
    ...model.settings,
    prompt: [positive.text, ...asked].filter(Boolean).join(' '),
    negative: negative.text,
    clipSkip: clip.skip,
    ...(positive.weights === 'A1111' && { emphasis: 'A1111' }),
    ...(controls.size > 0 && { controls: [...controls.values()].reverse() }),
  };
}

/** Follows the model's links from a sampler back to the checkpoint. */
function modelOf(sampler: GraphNode, walk: Walk): { settings: Draft; tags: Tag[] } {
  const settings: Draft = {};
  const tags: Tag[] = [];
  for (const node of walk.along(walk.to(sampler, 'model'), 'model')) {
    if (node.type.startsWith('LoraLoader')) addLora(node, tags, walk);
    else if (node.type === 'RescaleCFG') settings.guidanceRescale = walk.number(node, 'multiplier') ?? 0.7;
    else if (node.type === 'ModelSamplingSD3') settings.shift = walk.number(node, 'shift') ?? 3;
    else if (node.type === 'SkipLayerGuidanceSD3') settings.skipLayers = skipLayersOf(node, walk);
    else if (node.type === 'ModelSamplingDiscrete') {
      if (walk.value(node, 'zsnr') === true) settings.zeroSnr = true;
      const sampling = walk.text(node, 'sampling');
      if (sampling === 'v_prediction') settings.prediction = 'v';
      else if (sampling === 'eps') settings.prediction = 'epsilon';
      else if (sampling !== undefined) walk.doNotKnow('Sampling', sampling);
    } else {
      const name = walk.text(node, 'ckpt_name') ?? walk.text(node, 'unet_name');
      if (name === undefined) walk.doNotKnow('Node', node.type);
      else walk.file('model', name);
    }
  }
  return { settings, tags };
}

/** Missing values are the node's defaults. */
function skipLayersOf(node: GraphNode, walk: Walk): RecipeSkipLayers {
  return {
    layers: layersIn(walk.text(node, 'layers') ?? '7, 8, 9'),
    scale: walk.number(node, 'scale') ?? 3,
    start: walk.number(node, 'start_percent') ?? 0.01,
    end: walk.number(node, 'end_percent') ?? 0.15,
  };
}

function addLora(node: GraphNode, tags: Tag[], walk: Walk): void {
  const name = walk.text(node, 'lora_name');
  if (name === undefined || tags.some(({ id }) => id === node.id)) return;
  const unet = walk.number(node, 'strength_model') ?? 1;
  const te = node.type === 'LoraLoaderModelOnly' ? 0 : (walk.number(node, 'strength_clip') ?? 1);
  tags.push({ id: node.id, tag: `<lora:${stemOf(name)}:${te === unet ? unet : `${te}:${unet}`}>` });
}

/** CLIPLoader's types of the families whose text encoders are supported here. */
const ours: readonly string[] = ['sdxl', 'sd3', 'stable_diffusion'];
const clipLoaders = /CLIPLoader(?:GGUF)?$/;

/** Follows the text encoder's links: its LoRAs, and the clip skip (1: the last layer is read). */
function clipOf(from: GraphNode | undefined, walk: Walk): { skip: number; tags: Tag[] } {
  const tags: Tag[] = [];
  let skip = 1;
  for (const node of walk.along(from, 'clip')) {
    if (node.type === 'CLIPSetLastLayer')
      skip = Math.max(1, -(walk.number(node, 'stop_at_clip_layer') ?? -1));
    else if (node.type === 'LoraLoader') addLora(node, tags, walk);
    else if (!isNodeType(node.type)) walk.doNotKnow('Node', node.type);
    const family = clipLoaders.test(node.type) ? walk.text(node, 'type') : undefined;
    if (family !== undefined && !ours.includes(family)) walk.foreign = family;
  }
  return { skip, tags };
}

/** The most conditionings that are followed, as each may lead to another; nobody combines this many. */
const MOST_CONDITIONINGS = 500;

/**
 * The text of a conditioning; where several are combined, their texts in a row.
 * @param name of the input that leads here.
 */
function saidIn(
  node: GraphNode | undefined,
  name: string,
  along: { readonly walk: Walk; readonly controls: Controls; readonly before: Set<string> },
): Words {
  const { walk, controls, before } = along;
  if (!node || before.has(node.id) || before.size > MOST_CONDITIONINGS) return { text: '' };
  before.add(node.id);
  const on = (input: string): Words => saidIn(walk.to(node, input), input, along);
  const own = (text: string): Words => ({
    text: plainWords(text, walk),
    clip: walk.to(node, 'clip'),
    weights: walk.text(node, 'weights'),
  });
  if (node.type === 'CLIPTextEncode') return own(walk.text(node, 'text') ?? '');
  if (node.type === 'InstructPixToPixConditioning') return on(name);
  if (controlTypes.has(node.type)) {
    addControl(node, controls, walk);
    return on(node.type === 'ControlNetApply' ? 'conditioning' : name);
  }
  walk.doNotKnow('Node', node.type);
  const text = walk.text(node, 'text_g') || walk.text(node, 'text');
  if (text !== undefined) return own(text);
  const inputs = [...node.inputs.keys()].filter((input) => /^(?:conditioning|positive|negative)/.test(input));
  const parts = inputs.includes(name) ? [on(name)] : inputs.map(on);
  const texts = parts.map((part) => part.text).filter(Boolean);
  const known = parts.find(({ clip }) => clip);
  return { text: texts.join(' '), clip: known?.clip, weights: known?.weights };
}

function addControl(node: GraphNode, controls: Controls, walk: Walk): void {
  if (controls.has(node.id)) return;
  const control = controlOf(node, walk);
  if (control) controls.set(node.id, control);
  else walk.doNotKnow('Node', node.type);
}

/** ComfyUI calls a textual inversion "embedding:name", with the folders it lies in. */
const plainWords = (text: string, walk: Walk): string =>
  text.replace(/\bembedding:([\w./\\-]*\w)/g, (_, file: string) => {
    walk.file('embedding', file);
    return stemOf(file);
  });
