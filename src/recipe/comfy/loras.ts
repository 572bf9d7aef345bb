/** LoRAs that nodes of any pack list, as a chain of ComfyUI's own loaders. */
import { isObject } from '../../objects';
import { valueOf, type Graph, type GraphNode } from './graph';
import { linked, own, type Inputs, type Place } from './place';

/** A LoRA, and its weights for the UNet and for the text encoders. */
export interface Lora {
  readonly name: string;
  readonly unet: number;
  readonly te: number;
}

/** The first of these that is a number, or a text of one; 1 where none is. */
export const numberOf = (...values: readonly unknown[]): number =>
  Number(values.find((value) => typeof value === 'number' || typeof value === 'string') ?? 1);

const stacks: readonly string[] = ['LoRA Stacker', 'CR LoRA Stack', 'Lora Stacker', 'easy loraStack'];

const stackOf = (node: GraphNode, graph: Graph): GraphNode | undefined =>
  linked(graph, node, 'lora_stack') ?? linked(graph, node, 'optional_lora_stack');

/** The most stacks that are followed: more than anyone chains. */
const MOST_STACKS = 100;

/** The stacks whose LoRAs come before those of this node, nearest first. */
export function stacksBefore(node: GraphNode, graph: Graph): GraphNode[] {
  const found = new Set<GraphNode>();
  let before = stackOf(node, graph);
  while (before && stacks.includes(before.type) && !found.has(before) && found.size < MOST_STACKS) {
    found.add(before);
    before = stackOf(before, graph);
  }
  return [...found];
}

/** The LoRAs of a node's stacks, then its own. */
export const lorasIn = (node: GraphNode, graph: Graph): Lora[] =>
  [node, ...stacksBefore(node, graph)].reverse().flatMap((one) => listedIn(one, graph));

/** A node's own LoRAs, under any pack's names: "lora_1", "lora_name_1", "lora_01" or "lora_1_name", each with its strengths. */
function listedIn(node: GraphNode, graph: Graph): Lora[] {
  const at = (name: string): unknown => valueOf(graph, node, name);
  if (at('toggle') === false) return [];
  const count = numberOf(at('lora_count') ?? at('num_loras') ?? Infinity);
  const isSimple = (at('input_mode') ?? at('mode')) === 'simple';
  return [...node.inputs.keys()].flatMap((key): Lora[] => {
    const [, number] = /^lora_(?:name_)?(\d+)(?:_name)?$/.exec(key) ?? [];
    if (number === undefined || Number(number) > count) return [];
    const value = at(key);
    if (isObject(value)) {
      const unet = numberOf(value.strength);
      const isOn = value.on !== false && typeof value.lora === 'string' && value.lora !== 'None';
      return isOn ? [{ name: String(value.lora), unet, te: numberOf(value.strengthTwo, unet) }] : [];
    }
    const isOff = /^off$/i.test(String(at(`switch_${number}`)));
    if (typeof value !== 'string' || value === 'None' || isOff) return [];
    const both = numberOf(...[`lora_wt_${number}`, `strength_${number}`, `lora_${number}_strength`].map(at));
    const strengthOf = (what: 'model' | 'clip'): number =>
      numberOf(
        ...[`${what}_str_${number}`, `${what}_weight_${number}`, `lora_${number}_${what}_strength`].map(at),
        both,
      );
    const [unet, te] = isSimple ? [both, both] : [strengthOf('model'), strengthOf('clip')];
    return [{ name: value, unet, te }];
  });
}

/** A chain of LoRA loaders after a model and its text encoder. */
export function chain(loras: readonly Lora[], model: unknown, clip: unknown): Place {
  const nodes: Record<string, [string, Inputs]> = {
    model: ['Reroute', { model }],
    clip: ['Reroute', { clip }],
  };
  let [lastModel, lastClip] = ['model', 'clip'];
  for (const [i, { name, unet, te }] of loras.entries()) {
    const links = { model: own(lastModel), clip: own(lastClip) };
    nodes[`lora${i}`] = [
      'LoraLoader',
      { ...links, lora_name: name, strength_model: unet, strength_clip: te },
    ];
    lastModel = lastClip = `lora${i}`;
  }
  return { nodes, outputs: [lastModel, lastClip] };
}
