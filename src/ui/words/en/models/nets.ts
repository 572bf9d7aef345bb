/** What the nets of a model are called in a sentence. */
import type { NetName } from '../../../../engine/api';

const names: Readonly<Record<NetName, string>> = {
  'text encoder': 'the text encoder',
  'second text encoder': 'the second text encoder',
  T5: 'T5',
  'text attention': 'what the UNet reads prompts with',
  UNet: 'the UNet',
  MMDiT: 'the MMDiT',
  'outer UNet': 'the outermost blocks of the UNet',
  ControlNet: 'the ControlNet',
  'T2I-Adapter': 'the T2I-Adapter',
  'image encoder': 'the image encoder',
  'IP-Adapter': 'the IP-Adapter',
  TAESD: 'the small decoder',
  'VAE encoder': 'the encoder',
  'VAE decoder': 'the decoder',
  upscaler: 'the upscaler',
  'hint net': 'the net that makes the hint',
};

const isNet = (name: string): name is NetName => Object.hasOwn(names, name);

export const nets = {
  names,

  /** Of a name that a problem brings along. */
  called: (name: string): string => (isNet(name) ? names[name] : name),
};
