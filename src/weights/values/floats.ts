/** Whether weights can be read as numbers at all. Asked of a header, before anything is loaded. */
import { mustGet } from '../../checked';
import { DrobeError } from '../../errors';
import { isConvertible } from './half';
import type { TensorInfo } from '../safetensors';

/**
 * @param used keys that a graph found among these tensors.
 * @throws DrobeError 'bad-weight' for one that holds no floats, 'other-kind' where they are packed for another program: in
 * numbers of 8 bits or less.
 */
export function mustBeFloats(used: Iterable<string>, tensors: ReadonlyMap<string, TensorInfo>): void {
  for (const key of used) {
    const { dtype, name } = mustGet(tensors, key);
    if (isConvertible(dtype)) continue;
    if (/^(?:[IU]8|F[468])/.test(dtype)) throw new DrobeError('other-kind', { kind: 'packed', as: '' });
    throw new DrobeError('bad-weight', { key: name, reason: `its dtype ${dtype} is not a float` });
  }
}
