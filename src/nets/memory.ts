/** How much room nets take on the device. */
import { bytesPer, sizeOf, type Graph, type Shape } from '../graph/graph';
import { places } from './names/places';
import { isTokenTable } from './text-encoder';

/** More weights than this do not stay on the device together: each net is released before the next is opened. */
const RESIDENT_BYTES = 3 * 2 ** 30;

export interface Room {
  /** Bytes of weights on the device at any one time. */
  readonly bytes: number;
  /** All nets stay there together; else one after the other is there alone. */
  readonly together: boolean;
}

/** @param tensors the checkpoint's, in normal form. */
export function roomFor(tensors: ReadonlyMap<string, { readonly shape: Shape }>, dtype: 'f32' | 'f16'): Room {
  const nets = places.map((net) => {
    let numbers = 0;
    for (const [name, { shape }] of tensors) {
      if (name.startsWith(`${net}.`) && !isTokenTable(name)) numbers += sizeOf(shape);
    }
    return numbers * bytesPer[dtype];
  });
  const all = nets.reduce((sum, net) => sum + net, 0);
  const together = all <= RESIDENT_BYTES;
  return { bytes: together ? all : Math.max(...nets), together };
}

/** The bytes that a net takes while it runs: its weights, and the most that it works in at one time. */
export function bytesOf({ placements, footprint }: Graph): number {
  return placements.reduce((sum, { length }) => sum + length, footprint.peak);
}

/** What a machine can hold, in bytes. */
export interface Limits {
  /** One tensor. */
  readonly tensor: number;
  /** One net, with all that it works in. */
  readonly net: number;
}

/** False where a net cannot run for sure; where it is true, memory may still run out. */
export function fits(graph: Graph, limits: Limits): boolean {
  return graph.footprint.largest <= limits.tensor && bytesOf(graph) <= limits.net;
}
