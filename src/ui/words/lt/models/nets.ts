/** What the nets and the parts of a model are called. */
import type { nets as English } from '../../en/models/nets';

const names: (typeof English)['names'] = {
  'text encoder': 'teksto koduotojas',
  'second text encoder': 'antrasis teksto koduotojas',
  T5: 'T5',
  'text attention': 'užklausas skaitanti UNet dalis',
  UNet: 'UNet',
  MMDiT: 'MMDiT',
  'outer UNet': 'kraštiniai UNet blokai',
  ControlNet: 'ControlNet',
  'T2I-Adapter': 'T2I-Adapter',
  'image encoder': 'vaizdų koduotojas',
  'IP-Adapter': 'IP-Adapter',
  TAESD: 'mažasis dekoderis',
  'VAE encoder': 'vaizdo koduotojas (VAE)',
  'VAE decoder': 'vaizdo dekoderis (VAE)',
  upscaler: 'didintuvas',
  'hint net': 'užuominą ruošiantis tinklas',
};

const isNet = (name: string): name is keyof typeof names => Object.hasOwn(names, name);

export const nets: typeof English = {
  names,
  called: (name) => (isNet(name) ? names[name] : name),
};

/** The second one before the first, which is a part of its name; “and” stands between the last two of a list. */
const said = [
  [/second text encoder/g, 'antrasis teksto koduotojas', 'antrojo teksto koduotojo'],
  [/text encoder/g, 'teksto koduotojas', 'teksto koduotojo'],
  [/tokenizer of T5/g, 'T5 žymių skaidytuvas', 'T5 žymių skaidytuvo'],
  [/ and /g, ' ir ', ' ir '],
] as const;

/** Parts that the engine has named: "VAE and text encoder". */
export const parts = (english: string): { readonly nominative: string; readonly genitive: string } => ({
  nominative: said.reduce((text, [part, nominative]) => text.replace(part, nominative), english),
  genitive: said.reduce((text, [part, , genitive]) => text.replace(part, genitive), english),
});
