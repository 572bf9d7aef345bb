/** Nets that are shown the tiles of a picture while those are drawn anew, so that what is in them stays. */
import type { Control, ModelEntry, Pixels } from '../../engine/api';
import { fits, isControlNet, type ControlNet, type Guided } from './nets';

/** Those at hand that were made for it, by their names or by what they tell apart, and that fit a model. */
export const tileNets = (here: readonly ModelEntry[], model: Guided): readonly ControlNet[] =>
  here.filter(isControlNet).filter((net) => fits(net, model) && isForTiles(net));

const isForTiles = ({ file, addon }: ControlNet): boolean =>
  /tile/i.test(file.replace(/^.*\//, '')) || tileKind({ addon }) !== undefined;

const tileKind = ({ addon }: Pick<ControlNet, 'addon'>): string | undefined =>
  addon.kinds?.find((kind) => /tile/i.test(kind));

/** The whole picture guides its tiles, from the first step to the last. */
export function tileControl(net: ControlNet, hint: Pixels): Control {
  const hintKind = tileKind(net);
  return {
    ...{ model: net.id, hint, weight: 1, start: 0, end: 1, mode: 'balanced' },
    ...(hintKind !== undefined && { hintKind }),
  };
}
