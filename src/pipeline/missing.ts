/** What it means that a weight is missing, by what else there is of its net. */
import { DrobeError } from '../errors';
import { partNames } from '../nets/detect/parts';
import { places } from '../nets/names/places';

/**
 * An error that says more than that a weight is missing. Where its layer has other tensors it was packed into these, as
 * torchao's `layer._weight_qdata` and HQQ's `layer.W_q`; where there is nothing of its whole module the file is one of several.
 * Otherwise it says which part is not whole.
 * @param keys of the net's tensors, in normal form.
 */
export function explained(thrown: unknown, keys: Iterable<string>): unknown {
  if (!(thrown instanceof DrobeError) || thrown.code !== 'missing-weight') return thrown;
  const key = String(thrown.facts['key']);
  const layer = /^.*\.(?=weight$)/.exec(key)?.[0];
  const module = /^\w+\.\w+\./.exec(key)?.[0] ?? key;
  const all = [...keys];
  const as = (kind: 'packed' | 'piece'): DrobeError =>
    new DrobeError('other-kind', { kind, as: '' }, { cause: thrown });
  if (layer !== undefined && all.some((one) => one.startsWith(layer) && !one.endsWith('bias')))
    return as('packed');
  if (!all.some((one) => one.startsWith(module))) return as('piece');
  const [net = ''] = key.split('.');
  const place = places.find((one) => one === net);
  if (!place) return thrown;
  return new DrobeError('missing-weight', { ...thrown.facts, part: partNames[place] }, { cause: thrown });
}
