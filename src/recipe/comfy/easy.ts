/**
 * Nodes of ComfyUI-Easy-Use, which pass everything along one link, a pipe: from a loader through nodes with sampler settings to
 * the sampler.
 * https://github.com/yolain/ComfyUI-Easy-Use
 */
import { valueOf, type Graph, type GraphNode } from './graph';
import { chain, lorasIn, numberOf, stacksBefore } from './loras';
import { linked, own, type Inputs, type Way } from './place';

const loaders: readonly string[] = ['easy fullLoader', 'easy a1111Loader', 'easy comfyLoader'];

/** Indices of a loader's outputs. Where a loader has no such output, its pipe carries the value to the sampler. */
const LOADED = { model: 1, vae: 2, positive: 4, negative: 5, latent: 6 } as const;

const loader: Way = (node, graph) => {
  const at = (name: string): unknown => valueOf(graph, node, name);
  const textAt = (name: string): string => {
    const value = at(name);
    return typeof value === 'string' ? value : '';
  };
  const strengths = { unet: numberOf(at('lora_model_strength')), te: numberOf(at('lora_clip_strength')) };
  const loras = [...lorasIn(node, graph), { name: textAt('lora_name'), ...strengths }].filter(
    ({ name }) => name !== '' && name !== 'None',
  );
  const [model, clip] = ['model_override', 'clip_override'].map(
    (name) => node.inputs.get(name) ?? own('file'),
  );
  const row = chain(loras, model, clip);
  const [lastModel = '', lastClip = ''] = row.outputs;
  const hasVae = !/^(?:$|Baked)/i.test(textAt('vae_name'));
  const encoded = (text: 'positive' | 'negative'): [string, Inputs] => [
    'CLIPTextEncode',
    {
      text: node.inputs.get(text),
      clip: own('skip'),
      weights: node.type === 'easy a1111Loader' ? 'A1111' : at(`${text}_weight_interpretation`),
    },
  ];
  const [, width, height] = /^(\d+) x (\d+)$/.exec(textAt('resolution')) ?? [];
  const size = { width: width ?? at('empty_latent_width'), height: height ?? at('empty_latent_height') };
  return {
    nodes: {
      ...row.nodes,
      file: ['CheckpointLoaderSimple', { ckpt_name: at('ckpt_name') }],
      skip: ['CLIPSetLastLayer', { clip: own(lastClip), stop_at_clip_layer: at('clip_skip') }],
      positive: encoded('positive'),
      negative: encoded('negative'),
      latent: ['EmptyLatentImage', { ...size, batch_size: at('batch_size') }],
      ...(hasVae && { vae: ['VAELoader', { vae_name: at('vae_name') }] as const }),
    },
    outputs: [lastModel, lastModel, hasVae ? 'vae' : 'file', 'skip', 'positive', 'negative', 'latent'],
    within: stacksBefore(node, graph),
  };
};

/** The most nodes that are followed along a pipe: more than anyone puts between a loader and a sampler. */
const MOST_PIPED = 100;

/** The nodes along a pipe, from a sampler back to its loader; null where it leads to no known loader. */
function pipeOf(sampler: GraphNode, graph: Graph): readonly GraphNode[] | null {
  const along = [sampler];
  for (let node = linked(graph, sampler, 'pipe'); node; node = linked(graph, node, 'pipe')) {
    along.push(node);
    if (loaders.includes(node.type)) return along;
    if (along.length > MOST_PIPED) return null;
  }
  return null;
}

const settings = /^easy preSampling(?:Advanced|Custom)?$/;

/** Of several values for a setting, the one nearest to the sampler counts. */
const sampler: Way = (node, graph) => {
  const along = pipeOf(node, graph);
  const from = along?.at(-1);
  if (!along || !from) return null;
  const said = along.filter((one) => one === node || settings.test(one.type));
  const given = (...names: readonly string[]): unknown =>
    names.flatMap((name) => said.map((one) => one.inputs.get(name))).find((value) => value !== undefined);
  const loaded = (name: keyof typeof LOADED): unknown => ({ node: from.id, slot: LOADED[name] });
  const asked = Object.fromEntries(
    (['model', 'positive', 'negative', 'vae'] as const).map((name) => [
      name,
      node.inputs.get(name) ?? loaded(name),
    ]),
  );
  const picture = given('image_to_latent', 'image');
  const isAdvanced = said.some(({ type }) => type === 'easy preSamplingAdvanced');
  const [noise = ''] = said
    .map((one) => valueOf(graph, one, 'add_noise'))
    .filter((value) => typeof value === 'string');
  const isOfCard = /GPU/.test(noise) || valueOf(graph, from, 'a1111_prompt_style') === true;
  const numbers = Object.fromEntries(
    ['steps', 'cfg', 'sampler_name', 'scheduler', 'denoise', 'start_at_step', 'end_at_step'].map((name) => [
      name,
      given(name),
    ]),
  );
  return {
    nodes: {
      ...Object.fromEntries(
        Object.entries(asked).map(([name, value]) => [name, ['Reroute', { value }] as const]),
      ),
      start: picture
        ? ['VAEEncode', { pixels: picture, vae: own('vae') }]
        : ['Reroute', { value: given('latent') ?? loaded('latent') }],
      sampler: [
        isAdvanced ? 'KSamplerAdvanced' : 'KSampler',
        {
          ...numbers,
          [isAdvanced ? 'noise_seed' : 'seed']: given('seed'),
          ...(given('guider') === 'Basic' && { cfg: 1 }),
          ...(noise === 'disable' && { add_noise: 'disable' }),
          ...{ model: own('model'), positive: own('positive'), negative: own('negative') },
          latent_image: own('start'),
          ...(isOfCard && { noise_device: 'GPU' }),
        },
      ],
      decoded: ['VAEDecode', { samples: own('sampler'), vae: own('vae') }],
    },
    outputs: ['decoded', 'decoded', 'model', 'positive', 'negative', 'sampler', 'vae'],
    within: said.slice(1),
  };
};

/** How each of its nodes is turned into ComfyUI's own. */
export const easyWays: readonly (readonly [string, Way])[] = [
  ...loaders.map((type) => [type, loader] as const),
  ...['easy kSampler', 'easy fullkSampler'].map((type) => [type, sampler] as const),
];
