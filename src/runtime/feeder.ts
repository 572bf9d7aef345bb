/**
 * Weights on their way from the file to ONNX Runtime: read, converted and handed over one tensor at a time, so
 * that neither the tab nor the wasm heap ever holds a model.
 */
import { DrobeError } from '../errors';
import type { Placement } from '../graph/graph';
import { checkFinite } from '../weights/finite';
import { convert } from '../weights/half';
import type { Dtype, TensorInfo } from '../weights/safetensors';
import type { ByteSource } from '../weights/source';

/** Changes a weight's numbers in place on its way: what LoRAs add. */
export type Patch = (weights: Float32Array) => void;

export interface Feed {
  /** What InferenceSession.create takes as `externalData`. */
  readonly externalData: { readonly path: string; readonly data: Uint8Array }[];
  /** The first error met while feeding. ONNX Runtime reports only that loading failed. */
  readonly failed: () => unknown;
}

/**
 * @param patches by tensor name.
 * @param onBytes told after each tensor how many bytes of the graph's weights are through.
 * @param name of the file that the weights are in, where it is not the checkpoint's.
 */
export function feed(
  placements: readonly Placement[],
  tensors: ReadonlyMap<string, TensorInfo>,
  source: ByteSource,
  patches: ReadonlyMap<string, Patch>,
  onBytes: (done: number, total: number) => void,
  name?: string,
): Feed {
  const files = new Map<string, Placement[]>();
  for (const placement of placements) {
    const inFile = files.get(placement.location);
    if (inFile) inFile.push(placement);
    else files.set(placement.location, [placement]);
  }
  const total = placements.reduce((n, placement) => n + placement.length, 0);
  let done = 0;
  let failure: unknown;

  const read = (placement: Placement): Uint8Array => {
    try {
      const info = tensors.get(placement.key);
      if (!info) throw new DrobeError('missing-weight', { key: placement.key });
      const to = placement.dtype === 'f16' ? 'F16' : 'F32';
      const patch = patches.get(placement.key);
      const stored = source.read(info.begin, info.end);
      checkFinite(stored, info.dtype, placement.key, name);
      const bytes = patch ? patched(stored, info.dtype, patch, to) : convert(stored, info.dtype, to);
      if (bytes.length !== placement.length) {
        throw new DrobeError('bad-weight', {
          key: placement.key,
          reason: `${bytes.length} bytes, not ${placement.length}`,
        });
      }
      onBytes((done += placement.length), total);
      return bytes;
    } catch (error) {
      failure ??= error;
      throw error;
    }
  };
  const externalData = [...files].map(([path, inFile]) => {
    const byOffset = new Map(inFile.map((placement) => [placement.offset, placement]));
    const last = inFile.at(-1)!; // a group has at least one member
    return { path, data: lazyBytes(last.offset + last.length, (from) => read(byOffset.get(from)!)) };
  });
  return { externalData, failed: () => failure };
}

/** Changed in full precision, whatever it comes from and goes to. */
function patched(stored: Uint8Array, dtype: Dtype, patch: Patch, to: 'F16' | 'F32'): Uint8Array {
  const bytes = convert(stored, dtype, 'F32'); // in memory of its own
  patch(new Float32Array(bytes.buffer));
  return convert(bytes, 'F32', to);
}

/**
 * Looks like a byte array of this length to ONNX Runtime, which uses only `byteLength` and `subarray(begin, end)`
 * and asks for whole tensors. That is internal to it: the version is pinned, and a test feeds a graph this way.
 */
function lazyBytes(length: number, at: (begin: number) => Uint8Array): Uint8Array {
  return Object.defineProperties(new Uint8Array(0), {
    byteLength: { value: length },
    subarray: { value: at },
  });
}
