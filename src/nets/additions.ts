/**
 * What adapters add to a UNet, in the form in which the UNet receives it: the numbers of all feature maps, one map after the
 * other, as they lie in memory. Several adapters are combined by adding their numbers.
 */
import { input, sizeOf, type Shape, type Target, type Var } from '../graph/graph';
import { add, cast, concat, reshape, slice } from '../graph/nn';
import type { Scope } from '../graph/scope';
import { featurePlaces } from './t2i-adapter';
import type { Additions, Encoded } from './unet';

/** @returns [N, numbers] in f32. */
export function flattened(maps: readonly Var[]): Var {
  const each = maps.map((map) => reshape(cast(map, 'f32'), map.shape[0]!, sizeOf(map.shape.slice(1))));
  return concat(1, ...each);
}

/** Feature maps of these shapes, cut from one input [N, numbers]. */
function inputOf(name: string, shapes: readonly Shape[], target: Target): Var[] {
  if (shapes.length === 0) return [];
  const counts = shapes.map((shape) => sizeOf(shape.slice(1)));
  const numbers = counts.reduce((sum, count) => sum + count, 0);
  const flat = cast(input(name, [shapes[0]![0]!, numbers], target), target.dtype); // all are of one batch
  let at = 0;
  return shapes.map((shape, i) => {
    const from = at;
    at += counts[i]!; // one for each shape
    return reshape(slice(flat, 1, from, at), ...shape);
  });
}

/**
 * Adds the inputs `residuals` and `features` to the UNet's values, where they are asked for.
 * @param encode the UNet's way down; only its shapes are used.
 * @param p `unet`.
 */
export function additionsFrom(
  asked: { readonly residuals?: boolean; readonly features?: number },
  encode: () => Encoded,
  p: Scope,
): Partial<Additions> {
  const { residuals = false, features: pixels } = asked;
  if (!residuals && pixels === undefined) return {};
  const { skips, middle } = encode();
  const shapes = [...skips, middle].map(({ shape }) => shape);
  const added = inputOf('residuals', residuals ? shapes : [], p.target);
  const places = pixels === undefined ? [] : featurePlaces(p, { pixels });
  const shapesThere = places.map((place) => shapes[place]!); // there is one for each block, and the middle's
  const features = inputOf('features', shapesThere, p.target);
  const withFeature = (x: Var, index: number): Var => {
    const feature = features[places.indexOf(index)];
    return feature ? add(x, feature) : x;
  };
  return {
    block: withFeature,
    skip: (x, index) => {
      const sum = added[index] ? add(x, added[index]) : x;
      return index === skips.length ? withFeature(sum, index) : sum;
    },
  };
}
