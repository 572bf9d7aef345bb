/**
 * Weights on their way from the file to ONNX Runtime: read, converted and handed over one tensor at a time, so
 * that neither the tab nor the wasm heap ever holds a model.
 */
import { lastOf, mustGet } from '../checked';
import { aboutWeights, DrobeError } from '../errors';
import type { Placement } from '../graph/graph';
import { readTogether } from '../weights/together';
import { stagingInMemory, stagingOn } from './staging';
import { TensorBytes, type Weights } from './tensor-bytes';

export interface Feed {
  /** What InferenceSession.create takes as `externalData`. */
  readonly externalData: { readonly path: string; readonly data: Uint8Array }[];
  /** The first error met while feeding. ONNX Runtime reports only that loading failed. */
  readonly failed: () => unknown;
  /** Frees the memory that tensors passed through. To be called when all have. */
  readonly close: () => void;
}

interface FeedOptions {
  /** Told after each tensor how many bytes of the graph's weights have passed. */
  readonly onBytes?: (done: number, total: number) => void;
  /** The device that they go to, if any. */
  readonly device?: GPUDevice | null | undefined;
}

/** What ONNX Runtime asks for a graph's weights. */
export function feed(
  placements: readonly Placement[],
  weights: Weights,
  { onBytes = () => undefined, device }: FeedOptions = {},
): Feed {
  const { tensors, name } = weights;
  const stored = placements.flatMap(({ key }) => tensors.get(key) ?? []);
  const bytes = new TensorBytes({ ...weights, source: readTogether(weights.source, stored) });
  const total = placements.reduce((n, placement) => n + placement.length, 0);
  const largest = placements.reduce((n, { length }) => Math.max(n, length), 0);
  const staging = device ? stagingOn(device, largest) : stagingInMemory(largest);
  let done = 0;
  let failure: unknown;

  const pass = (placement: Placement, put: (piece: Uint8Array<ArrayBuffer>) => void): void => {
    let length = 0;
    for (const piece of bytes.piecesOf(placement)) {
      length += piece.length;
      if (length <= placement.length) put(piece);
    }
    if (length !== placement.length)
      throw new DrobeError('bad-weight', { reason: `${length} bytes, not ${placement.length}` });
    onBytes((done += placement.length), total);
  };
  const read = (placement: Placement): Uint8Array => {
    const key = tensors.get(placement.key)?.name ?? placement.key; // the name in its file
    try {
      return staging.take((put) => aboutWeights({ name, key }, () => pass(placement, put)), placement.length);
    } catch (error) {
      failure ??= error;
      throw error;
    }
  };
  const externalData = [...byFile(placements)].map(([path, inFile]) => {
    const byOffset = new Map(inFile.map((placement) => [placement.offset, placement]));
    const last = lastOf(inFile); // a group has at least one member
    return { path, data: lazyBytes(last.offset + last.length, (from) => read(mustGet(byOffset, from))) };
  });
  const close = (): void => {
    staging.close();
    bytes.close();
  };
  return { externalData, failed: () => failure, close };
}

function byFile(placements: readonly Placement[]): Map<string, Placement[]> {
  const files = new Map<string, Placement[]>();
  for (const placement of placements) {
    const inFile = files.get(placement.location);
    if (inFile) inFile.push(placement);
    else files.set(placement.location, [placement]);
  }
  return files;
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
