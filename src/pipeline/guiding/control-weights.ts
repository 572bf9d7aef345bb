/** Weights of ControlNets that come as changes to a UNet's, put together as they pass to the device. */
import { mustGet, tuple } from '../../checked';
import { aboutWeights, DrobeError } from '../../errors';
import type { ControlNetGuide } from '../../nets/detect/control';
import { checked, whole, type Patch, type Weights } from '../../runtime/tensor-bytes';
import { addProduct, type Matrix } from '../../weights/values/lowrank';
import type { TensorInfo } from '../../weights/safetensors';
import { concatenated } from '../../weights/source';

/**
 * What a ControlNet's graph is fed: its own weights, and what a UNet lends.
 * @param own of its file.
 * @param unet of the checkpoint, in normal form, with what changes them.
 * @throws DrobeError 'bad-weight' for one that was made for a UNet of other sizes.
 */
export function controlWeights(guide: ControlNetGuide<TensorInfo>, own: Weights, unet: Weights): Weights {
  switch (guide.borrows) {
    case 'nothing':
      return own;
    case 'sums':
      return withSums(own, unet);
    case 'rest':
      return withRest(own, unet);
  }
}

/** The weights of its way down, and the places of a ControlNet's that are copies of them. */
const COPIED = /^unet\.(?:time_embed|label_emb|input_blocks|middle_block)\./;
const copyOf = (key: string): string => key.replace(/^unet\./, 'control.');

/** A file of differences: all that a UNet has, too, is added to the UNet's. */
function withSums(own: Weights, unet: Weights): Weights {
  const patches = new Map(own.patches);
  for (const [key, { shape }] of unet.tensors) {
    const copy = copyOf(key);
    const difference = COPIED.test(key) ? own.tensors.get(copy) : undefined;
    if (!difference) continue;
    checkSize(difference, shape);
    patches.set(copy, (numbers) => {
      own.patches?.get(copy)?.(numbers);
      for (const [i, number] of numbersOf(unet, key).entries()) numbers[i]! += number; // as many
    });
  }
  return { ...own, patches };
}

/** A Control-LoRA: the UNet's weights where it has none, and to some of them products of two matrices are added. */
function withRest(own: Weights, unet: Weights): Weights {
  const tensors = new Map(own.tensors);
  const patches = new Map(own.patches);
  const at = own.source.bytes;
  for (const [key, info] of unet.tensors) {
    const copy = copyOf(key);
    if (!COPIED.test(key) || tensors.has(copy)) continue;
    tensors.set(copy, { ...info, begin: at + info.begin, end: at + info.end });
    const module = copy.replace(/\.weight$/, '');
    const added = ['up', 'down'].map((part) => own.tensors.get(`${module}.${part}`));
    const before = unet.patches?.get(key);
    const [up, down] = added;
    if (up && down) patches.set(copy, productAdded(own, [up, down], info, before));
    else if (before) patches.set(copy, before);
  }
  return { ...own, tensors, patches, source: concatenated(own.source, unet.source) };
}

function productAdded(
  own: Weights,
  [up, down]: readonly [TensorInfo, TensorInfo],
  { shape }: TensorInfo,
  before: Patch | undefined,
): Patch {
  const [rows, rank] = tuple(up.shape, 2);
  checkSize(down, [rank, ...shape.slice(1)]);
  checkSize(up, [shape[0]!, down.shape[0]!]); // no weight is without rows
  return (numbers) => {
    before?.(numbers);
    const matrix = (rows: number, info: TensorInfo): Matrix => {
      const data = read(own, info);
      return { rows, columns: data.length / rows, data };
    };
    addProduct(numbers, matrix(rows, up), matrix(rank, down), 1);
  };
}

function checkSize({ name, shape }: TensorInfo, wanted: readonly number[]): void {
  const size = (dimensions: readonly number[]): number => dimensions.reduce((n, d) => n * d, 1);
  if (size(shape) === size(wanted)) return;
  const reason = `shape [${shape.join(', ')}] does not fit the model's`;
  throw new DrobeError('bad-weight', { key: name, reason });
}

const numbersOf = (weights: Weights, key: string): Float32Array =>
  read(weights, mustGet(weights.tensors, key), weights.patches?.get(key));

function read({ source, name }: Weights, info: TensorInfo, patch?: Patch): Float32Array<ArrayBuffer> {
  const bytes = aboutWeights({ name, key: info.name }, () =>
    whole(info, checked(info, source, name), patch, 'F32'),
  );
  return new Float32Array(bytes.buffer);
}
