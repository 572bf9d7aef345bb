/**
 * Replaces nodes of widely used packs, and some of ComfyUI's own, by the nodes that recipes are read from; one often stands for
 * several of these.
 */
import { easyWays } from './easy';
import { isLink, valueOf, type Graph } from './graph';
import { chain, lorasIn, numberOf, stacksBefore } from './loras';
import { isOwn, linked, own, type Inputs, type Place, type Way } from './place';

const renamed =
  (type: string): Way =>
  ({ inputs }) => ({ nodes: { all: [type, Object.fromEntries(inputs)] }, outputs: ['all'] });

/** SamplerCustomAdvanced, which takes noise and guidance from nodes of their own. */
const customAdvanced: Way = (node, graph) => {
  const [noise, guider] = [linked(graph, node, 'noise'), linked(graph, node, 'guider')];
  const guides = guider?.type === 'CFGGuider' || guider?.type === 'BasicGuider';
  if (!guider || !guides) return null;
  const from = (...names: readonly string[]): Inputs =>
    Object.fromEntries(names.map((name) => [name, guider.inputs.get(name)]));
  const asked =
    guider.type === 'CFGGuider'
      ? { ...from('model', 'positive', 'negative'), cfg: valueOf(graph, guider, 'cfg') }
      : { ...from('model'), positive: guider.inputs.get('conditioning'), cfg: 1 };
  const seed = noise && valueOf(graph, noise, 'noise_seed');
  const inputs = { ...Object.fromEntries(node.inputs), ...asked, noise_seed: seed };
  return { nodes: { all: ['SamplerCustom', inputs] }, outputs: ['all', 'all'], within: [noise, guider] };
};

const loraList: Way = (node, graph) => ({
  ...chain(lorasIn(node, graph), node.inputs.get('model'), node.inputs.get('clip')),
  within: stacksBefore(node, graph),
});

const efficientLoader: Way = (node, graph) => {
  const at = (name: string): unknown => valueOf(graph, node, name);
  const textAt = (name: string): string => {
    const value = at(name);
    return typeof value === 'string' ? value : '';
  };
  const single = { name: textAt('lora_name') || 'None', unet: numberOf(at('lora_model_strength')) };
  const loras = [...lorasIn(node, graph), { ...single, te: numberOf(at('lora_clip_strength')) }];
  const row = chain(
    loras.filter(({ name }) => name !== 'None'),
    own('file'),
    own('file'),
  );
  const [model = 'file', clip = 'file'] = row.outputs;
  const hasVae = !/^(?:$|Baked)/i.test(textAt('vae_name'));
  const encoded = (text: string): [string, Inputs] => [
    'CLIPTextEncode',
    { text: node.inputs.get(text), clip: own('skip') },
  ];
  const size = { width: at('empty_latent_width'), height: at('empty_latent_height') };
  return {
    nodes: {
      ...row.nodes,
      file: ['CheckpointLoaderSimple', { ckpt_name: at('ckpt_name') }],
      skip: ['CLIPSetLastLayer', { clip: own(clip), stop_at_clip_layer: at('clip_skip') }],
      positive: encoded('positive'),
      negative: encoded('negative'),
      latent: ['EmptyLatentImage', { ...size, batch_size: at('batch_size') }],
      ...(hasVae && { vae: ['VAELoader', { vae_name: at('vae_name') }] as const }),
    },
    outputs: [model, 'positive', 'negative', 'latent', hasVae ? 'vae' : 'file', 'skip'],
    within: stacksBefore(node, graph),
  };
};

const efficientSampler: Way = ({ inputs }) => {
  const on = (name: string): [string, Inputs] => ['Reroute', { value: inputs.get(name) }];
  return {
    nodes: {
      ...{ model: on('model'), positive: on('positive'), negative: on('negative'), vae: on('optional_vae') },
      sampler: ['KSampler', Object.fromEntries(inputs)],
      decoded: ['VAEDecode', { samples: own('sampler'), vae: own('vae') }],
    },
    outputs: ['model', 'positive', 'negative', 'sampler', 'vae', 'decoded'],
  };
};

const ways: ReadonlyMap<string, Way> = new Map([
  ['SamplerCustomAdvanced', customAdvanced],
  ['EmptySD3LatentImage', renamed('EmptyLatentImage')],
  ['CheckpointLoader|pysssss', renamed('CheckpointLoaderSimple')],
  ['LoraLoader|pysssss', renamed('LoraLoader')],
  ['Power Lora Loader (rgthree)', loraList],
  ['Lora Loader Stack (rgthree)', loraList],
  ['CR Apply LoRA Stack', loraList],
  ['Efficient Loader', efficientLoader],
  ['KSampler (Efficient)', efficientSampler],
  ...easyWays,
]);

/** Replacing stops at more nodes than this: each of many loaders may repeat the LoRAs of the same stacks. */
const MOST_PLACED = 20_000;

/** The graph with all nodes replaced for which there is a way. */
export function translated(graph: Graph): Graph {
  const nodes = new Map(graph);
  const places = new Map<string, Place>();
  for (const node of graph.values()) {
    const place = ways.get(node.type)?.(node, graph);
    if (!place) continue;
    if (nodes.size > MOST_PLACED) break;
    places.set(node.id, place);
    nodes.delete(node.id);
    for (const other of place.within ?? []) if (other) nodes.delete(other.id);
    for (const [name, [type, inputs]] of Object.entries(place.nodes)) {
      const id = `${node.id}/${name}`;
      const links = Object.entries(inputs).map(
        ([key, value]) =>
          [key, isOwn(value) ? { node: `${node.id}/${value.node}`, slot: 0 } : value] as const,
      );
      nodes.set(id, { id, type, inputs: new Map(links) });
    }
  }
  if (places.size === 0) return graph;
  const relinked = (value: unknown): unknown => {
    const name = isLink(value) ? places.get(value.node)?.outputs[value.slot] : undefined;
    return isLink(value) && name !== undefined ? { node: `${value.node}/${name}`, slot: 0 } : value;
  };
  return new Map(
    [...nodes].map(([id, { type, inputs }]) => {
      const links = [...inputs].map(([name, value]) => [name, relinked(value)] as const);
      return [id, { id, type, inputs: new Map(links) }];
    }),
  );
}
