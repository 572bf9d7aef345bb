/** What is said of pictures that are drawn anew tile by tile. */
import type { ModelFacts } from '../../../../engine/api';
import type { Enlarged } from '../../../album/enlarged';
import { clean } from '../../format';

export const redraw = {
  /** What the settings mean. @param size at which the model draws best; absent while there is none. */
  tileSize: (size: Pick<ModelFacts['defaults'], 'width' | 'height'> | undefined): string =>
    'The picture is made larger and drawn anew tile by tile, with the prompt and settings that made it. Width or height 0: as the model draws best' +
    (size ? `, ${size.width} × ${size.height}.` : '.'),

  /** How it was done. */
  redrawn: ({ tile, strength, net }: NonNullable<Enlarged['redrawn']>): string =>
    `by ${strength} in tiles of ${tile.width} × ${tile.height}${net === undefined ? '' : `, guided by ${clean(net, 40)}`}`,
};
