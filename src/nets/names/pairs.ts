/** What the dialects call the modules of each net. */
import { blocksOf, mmditPairs } from './mmdit';
import type { Place } from './places';
import type { Pair } from './renamer';
import { T5_PAIRS } from './t5';
import { layersOf, textPairs } from './text';
import { shapeOfUNet, unetPairs } from './unet';
import { shapeOfVae, vaePairs } from './vae';

/** The other names of a net's modules, by how it is built. @param names its own, in any dialect. */
export const PAIRS: Readonly<Record<Place, (names: readonly string[]) => Pair[]>> = {
  unet: (names) => unetPairs(shapeOfUNet(names)),
  vae: (names) => vaePairs(shapeOfVae(names)),
  text: (names) => textPairs(layersOf(names)),
  text2: (names) => textPairs(layersOf(names)),
  mmdit: (names) => mmditPairs(blocksOf(names)),
  t5: () => T5_PAIRS,
};
