/** What can be chosen in the settings, by what is stored of it. */
import type { Backend, MaskedContent, RedrawOrder } from '../../../../engine/api';
import type { Seeds } from '../../../../sampling/settings';
import type { Emphasis } from '../../../../text/weigh';
import type { Area, Decoder, MaskMode, Mode, Precision, Tiling } from '../../../settings/settings';

type Table<K extends string> = Readonly<Record<K, string>>;

const modes: Table<Mode> = {
  text: 'Text',
  image: 'Image',
  inpaint: 'Inpaint',
  outpaint: 'Outpaint',
  instruct: 'Instruct',
};

/** A1111's words for its choices. */
const maskModes: Table<MaskMode> = { masked: 'Inpaint masked', rest: 'Inpaint not masked' };
const areas: Table<Area> = { whole: 'Whole picture', masked: 'Only masked' };
const contents: Table<MaskedContent> = {
  fill: 'fill',
  original: 'original',
  'latent noise': 'latent noise',
  'latent nothing': 'latent nothing',
};
const emphases: Table<Emphasis> = { A1111: 'A1111', 'No norm': 'No norm', ComfyUI: 'ComfyUI', off: 'off' };

/** Where random numbers come from. */
const generators: Table<Seeds['rng']> = { CPU: 'CPU (torch)', NV: 'NV (as on an NVIDIA card)' };

const backends: Table<Backend> = {
  auto: 'Automatic',
  webgpu: 'Graphics card (WebGPU)',
  wasm: 'CPU (WebAssembly)',
};

const decoders: Table<Decoder> = { VAE: 'VAE', TAESD: 'TAESD (fast)' };

/** When the VAE works in tiles. */
const tilings: Table<Tiling> = { auto: 'Automatic', always: 'Always' };

/** In what form the weights of the UNet's linear layers are used. */
const precisions: Table<Precision> = { full: 'As they are', int8: '8 bits', int4: '4 bits' };

/** In which order tiles are drawn anew, by the words of "Ultimate SD upscale". */
const redrawOrders: Table<RedrawOrder> = { linear: 'Linear', chess: 'Chess' };

export const choices = {
  modes,
  maskModes,
  areas,
  contents,
  emphases,
  generators,
  backends,
  decoders,
  tilings,
  precisions,
  redrawOrders,
};
