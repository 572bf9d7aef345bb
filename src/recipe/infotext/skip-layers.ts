/** Skip-layer guidance in the text about a picture: "2.8, layers 7 8 9, 0.01 to 0.2". */
import { pythonNumber } from './pairs';
import type { RecipeSkipLayers } from '../recipe';

export const skipLayerWords = ({ layers, scale, start, end }: RecipeSkipLayers): string =>
  `${pythonNumber(scale)}, layers${layers.map((layer) => ` ${layer}`).join('')}, ${pythonNumber(start)} to ${pythonNumber(end)}`;

/** The inverse of `skipLayerWords`; null for any other text. */
export function skipLayersIn(text: string): RecipeSkipLayers | null {
  const [, scale, layers = '', start, end] =
    /^([\d.e+-]+), layers((?: \d{1,3})*), ([\d.e+-]+) to ([\d.e+-]+)$/.exec(text) ?? [];
  const [much, from, to] = [Number(scale), Number(start), Number(end)];
  if (![much, from, to].every(Number.isFinite)) return null;
  return { layers: layersIn(layers), scale: much, start: from, end: to };
}

/** Layers as people write them: "7, 8, 9". */
export const layersIn = (text: string): number[] =>
  (text.match(/\d+/g) ?? []).map(Number).filter(Number.isSafeInteger);
