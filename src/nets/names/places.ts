/**
 * Where a net's tensors are in a file: the prefixes that programs write before the names of its own modules. A new
 * dialect is a row here, and a case in the test.
 */

/** The nets of a checkpoint, as their names begin in normal form. */
export type Place = 'unet' | 'mmdit' | 'vae' | 'text' | 'text2' | 't5';
/** The parts that one file can lend another: all but the denoiser, which makes the model. The tokenizer is T5's. */
export type Lent = Exclude<Place, 'unet' | 'mmdit'> | 'tokenizer';
export const places: readonly Place[] = ['unet', 'mmdit', 'vae', 'text', 'text2', 't5'];

/** A name split into its net and the rest, which is the net's own name. */
export interface Placed {
  readonly place: Place;
  readonly rest: string;
}

/** Wrappers of modules from training, anywhere in a name; they have no meaning here. */
const WRAPPERS = [
  '_orig_mod', // torch.compile
  'module', // DataParallel, DistributedDataParallel, DeepSpeed
  '_fsdp_wrapped_module',
  '_checkpoint_wrapped_module',
  '_forward_module', // Lightning Fabric
  'wrapped', // A1111, where a model is saved as it lies in memory
  'processor', // diffusers' attention processors, in which LoRAs stood at first
];

/**
 * Prefixes as regular expressions, each with the net that it means, or null if it means none. What follows is a dot, and in
 * trainers' flat names an underscore. A name may begin with several; of rows that fit, the first counts.
 */
const PREFIXES: readonly (readonly [prefix: string, place: Place | null])[] = [
  // CompVis and Stability AI
  ['diffusion_model', 'unet'],
  ['first_stage_model', 'vae'],
  ['cond_stage_model\\.1', 'text2'], // stable-diffusion.cpp
  ['cond_stage_model(?:\\.0)?', 'text'],
  ['conditioner\\.embedders\\.0', 'text'],
  ['conditioner\\.embedders\\.1', 'text2'],
  // diffusers, and all trainers
  ['unet', 'unet'],
  ['vae', 'vae'],
  // Text encoders by number: from 1, or from 0 in lists
  ['(?:te|text_encoder)(?:_?2|_two)|text_encoders\\.1', 'text2'],
  ['(?:te|text_encoder)(?:_?3|_three)|text_encoders\\.2', 't5'],
  ['(?:te|text_encoder)(?:_?1|_one)?|text_encoders(?:\\.0)?', 'text'],
  // ComfyUI, Forge, OneTrainer: CLIP by its size
  ['clip_[lh]', 'text'],
  ['clip_g', 'text2'],
  // HCP-Diffusion; sgm's denoiser has the noise levels alone.
  ['denoiser(?![._]sigmas)', 'unet'],
  ['TE|clip_[BL]', 'text'],
  ['clip_bigG', 'text2'],
  ['t5xxl', 't5'],
  // Lightning, PEFT, and whatever holds a net as its member
  ['model|base_model|state_dict|net', null],
  ['transformer(?![._]resblocks|_blocks)', null], // OpenCLIP's is a module of its own
];
/** Those of the normal form itself, before a dot. */
const NORMAL: readonly (readonly [prefix: string, place: Place])[] = (
  ['text', 'text2', 'mmdit', 't5'] as const
).map((place) => [place, place]);
/** What trainers write first. After it and an underscore, underscores stand for dots. */
const ADAPTER = /^(?:lora|lycoris|oft)([._])/;
/** Nets before whose modules some leave that out: `unet_down_blocks_0_…`, which stable-diffusion.cpp reads, too. */
const BARE = /^(?:unet|transformer|te_?[1-3]?|text_encoder(?:_[1-3])?)_/;

/** The first modules of an MMDiT, before which many programs write a UNet's prefixes. */
const MMDIT =
  /^(?:joint|transformer)_blocks[._]\d|^(?:x|t|y|context)_embedder(?:[._]|$)|^pos_embed(?:[._]|$)|^final_layer[._]|^time_text_embed[._]|^norm_out[._]linear(?:\.|$)|^proj_out(?:\.|$)/;

/** The first modules of each net, which tell it where there is no prefix. */
const MODULES: readonly (readonly [module: RegExp, place: Place])[] = [
  [
    /^(?:in|out)put_blocks[._]\d|^middle_block[._]|^(?:time_embed|label_emb)[._]|^out[._][02](?:[._]|$)/,
    'unet',
  ],
  [/^(?:down|up)_blocks[._]\d|^mid_block[._]|^(?:time|add)_embedding[._]/, 'unet'],
  [/^conv_(?:in|norm_out|out)(?:[._]|$)/, 'unet'],
  [
    /^(?:en|de)coder[._](?:conv_in|conv_out|(?:conv_)?norm_out|mid(?:_block)?|(?:up|down)(?:_blocks)?)(?:[._]|$)/,
    'vae',
  ],
  [/^(?:(?:en|de)coder[._])?(?:post_)?quant_conv(?:[._]|$)/, 'vae'],
  [/^text_model[._]|^text_projection(?:\.|$)|^encoder[._]layers[._]\d|^final_layer_norm[._]/, 'text'],
  [/^embeddings[._](?:token|position)_/, 'text'],
  [/^encoder[._](?:block[._]\d|embed_tokens\.|final_layer_norm\.)|^shared(?:\.|$)/, 't5'],
  [MMDIT, 'mmdit'],
  [/^transformer[._]resblocks[._]\d|^(?:token_embedding|ln_final)[._]|^positional_embedding$/, 'text'],
];

const WRAPPER = new RegExp(`(^|[._])(?:${WRAPPERS.join('|')})[._]`, 'g');
const anyOf = (rows: typeof PREFIXES): string => rows.map(([prefix]) => prefix).join('|');
const DOTTED = new RegExp(`^(?:${anyOf([...PREFIXES, ...NORMAL])})\\.`);
const FLAT = new RegExp(`^(?:${anyOf(PREFIXES).replaceAll('\\.', '[._]')})[._]`);
const ROWS = [...PREFIXES, ...NORMAL].map(
  ([prefix, place]) => [new RegExp(`^(?:${prefix.replaceAll('\\.', '[._]')})[._]$`), place] as const,
);

/** In characters: no net's names come near it, but a hostile file's may fill its header. */
const LONGEST = 500;

/** Which net a tensor or module belongs to, by its name in any dialect; null for a name that no net's tensors have. */
export function placeOf(name: string): Placed | null {
  if (name.length > LONGEST) return null;
  let place: Place | null = null;
  let rest = unwrapped(name);
  for (let prefixes = DOTTED; ;) {
    const [adapter = '', follows] = ADAPTER.exec(rest) ?? [];
    if (follows === '_' || isBare(rest)) prefixes = FLAT;
    rest = rest.slice(adapter.length);
    const prefix = prefixes.exec(rest)?.[0] ?? '';
    if (!adapter && !prefix) break;
    place = ROWS.find(([row]) => row.test(prefix))?.[1] ?? place;
    rest = rest.slice(prefix.length);
  }
  if (place === 'unet' && MMDIT.test(rest)) place = 'mmdit';
  place ??= MODULES.find(([module]) => module.test(rest))?.[1] ?? null;
  return place && { place, rest: numbered(rest) };
}

const isBare = (name: string): boolean => {
  const net = BARE.exec(name)?.[0];
  return net !== undefined && MODULES.some(([module]) => module.test(name.slice(net.length)));
};

/** Attention's last layer stands in a list with what drops out in training; some write its name without its number. */
export const numbered = (name: string): string => name.replace(/(\.to_out)(?=\.(?:weight|bias)$)/, '$1.0');

/** Text encoders that a file counts from 0, as few programs do, are counted from 1. @param all a file's names. */
export function countedFromOne(all: Iterable<string>): (name: string) => string {
  const NUMBER = /((?:^|[._])(?:te|text_encoder)_?)([0-2])(?=[._])/;
  const isZeroBased = [...all].some((name) => NUMBER.exec(name)?.[2] === '0');
  if (!isZeroBased) return (name) => name;
  return (name) => name.replace(NUMBER, (_, before: string, n: string) => `${before}${Number(n) + 1}`);
}

/** A name without wrappers. Replaced twice, as two wrappers may share the dot between them. */
export const unwrapped = (name: string): string => name.replace(WRAPPER, '$1').replace(WRAPPER, '$1');
