/** Weights rounded as those are that travel packed: by ourselves, and then used like any others. */
import type { Bits, Graph, Target } from '../../src/graph/graph';
import { BLOCK } from '../../src/graph/packed';
import { patched } from '../../src/pipeline/memory/opening';
import type { Machine } from '../../src/runtime/device';
import type { Patch, Weights } from '../../src/runtime/tensor-bytes';
import type { Value } from '../../src/runtime/session';
import { pack, unpack } from '../../src/weights/values/pack';
import { worstDifference } from './tensors';

/** By name, the weights that a graph wants packed. */
export const packedIn = ({ placements }: Graph): ReadonlyMap<string, Bits> =>
  new Map(
    placements.flatMap(({ key, form }) =>
      form && form.part !== 'kernels' ? [[key, form.bits] as const] : [],
    ),
  );

/** Rounds weights to what packed ones stand for. */
export const roundings = (packed: ReadonlyMap<string, Bits>): ReadonlyMap<string, Patch> =>
  new Map([...packed].map(([key, bits]) => [key, rounding(bits)]));

const rounding =
  (bits: Bits): Patch =>
  (weights) =>
    weights.set(unpack(pack(weights, bits, BLOCK, 'f32'), bits, BLOCK, 'f32'));

export interface Rounded {
  readonly bits: Bits;
  readonly packed: ReadonlyMap<string, Bits>;
  /** How far the net is from the one with full weights that were rounded alike, relative to its largest number. */
  readonly worst: number;
  /** How far rounding moved it, in the same way. */
  readonly moved: number;
  /** The same of all its numbers: the root of the mean square, relative to theirs. */
  readonly share: number;
}

/** A net with weights packed into so many bits, beside itself with full ones, rounded alike and as they are. */
export async function besideRounded(
  { sessions, openDevice, target }: Machine,
  author: (target: Target) => Graph,
  weights: Weights,
  values: Readonly<Record<string, Value>>,
  wished: readonly Bits[] = [8, 4],
): Promise<Rounded[]> {
  const run = async (
    graph: Graph,
    changes: ReadonlyMap<string, Patch> = new Map(),
  ): Promise<Float32Array> => {
    const net = await sessions.open(graph, patched(weights, changes), openDevice);
    try {
      return await net.run(values);
    } finally {
      await net.release();
    }
  };
  const plain = author(target());
  const full = await run(plain);
  const all: Rounded[] = [];
  for (const bits of wished) {
    const graph = author({ ...target(), bits });
    const packed = packedIn(graph);
    const rounded = await run(plain, roundings(packed));
    all.push({
      bits,
      packed,
      worst: worstDifference(await run(graph), rounded),
      moved: worstDifference(rounded, full),
      share: rootMeanSquare(rounded.map((x, i) => x - full[i]!)) / rootMeanSquare(full), // they are of one length
    });
  }
  return all;
}

const rootMeanSquare = (numbers: Float32Array): number =>
  Math.sqrt(numbers.reduce((sum, x) => sum + x * x, 0) / numbers.length);
