import type { redraw as English } from '../../en/album/redraw';
import { clean } from '../../format';
import { format } from '../format';

export const redraw: typeof English = {
  tileSize: (size) =>
    'Vaizdas padidinamas ir plytelė po plytelės perpiešiamas su ta užklausa ir tais nustatymais, su kuriais buvo sukurtas. Plotis ar aukštis 0 – toks, kokiu modelis piešia geriausiai' +
    (size ? `: ${size.width} × ${size.height}.` : '.'),

  redrawn: ({ tile, strength, net }) =>
    `${format.number(strength)} stiprumu, ${tile.width} × ${tile.height} plytelėmis${net === undefined ? '' : `, pagal „${clean(net, 40)}“`}`,
};
