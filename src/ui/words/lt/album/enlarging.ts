import type { enlarging as English } from '../../en/album/enlarging';

export const enlarging: typeof English = {
  upscaler: 'Didintuvas',
  enlarge: 'Padidinti',
  enlargeTitle: 'Padidinti (U)',
  redraw: 'Perpiešti detales',
  redrawTitle:
    'Paskui plytelė po plytelės perpiešia su ta užklausa ir tais nustatymais, su kuriais vaizdas sukurtas',

  scale: 'Kiek kartų didinti',
  strength: 'Stiprumas',
  width: 'Plytelės plotis',
  height: 'Plytelės aukštis',
  padding: 'Plytelės paraštė',
  blur: 'Plytelės suliejimas',
  order: 'Plytelių tvarka',
  net: 'Plytelių ControlNet',
  noNet: 'Nėra',
};
