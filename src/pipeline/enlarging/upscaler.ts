/** A net that enlarges pictures, from a file of its own: recognised, and opened on a machine. */
import { lastOf } from '../../checked';
import { aboutWeights, DrobeError } from '../../errors';
import { SHAPES_ONLY, type Graph, type Target } from '../../graph/graph';
import { upscalerForm } from '../../nets/names/upscaler';
import { bytesOf } from '../../nets/memory';
import { upscalerGraph, upscalerIn, type Upscaler } from '../../nets/upscalers/upscaler';
import type { Machine } from '../../runtime/device';
import type { Weights } from '../../runtime/tensor-bytes';
import { mustBeFloats } from '../../weights/values/floats';
import type { Header, TensorInfo } from '../../weights/safetensors';
import type { ByteSource } from '../../weights/source';
import { openNet } from '../memory/opening';
import { Slot, type Report } from '../memory/slot';

/**
 * Authors its graph once, at a small size, so that missing or misshapen weights are found now and not in the middle of a
 * picture.
 * @throws DrobeError of weights, and 'unsupported-model'.
 */
export function inspectUpscaler(tensors: Header['tensors']): Upscaler {
  const upscaler = upscalerIn(tensors);
  if (!upscaler) throw new DrobeError('bad-request', { reason: 'the file is no upscaler' });
  const form = upscalerForm(tensors);
  const used = new Set<string>();
  const side = 2 * upscaler.fold;
  upscalerGraph(upscaler, form, SHAPES_ONLY, { h: side, w: side }, used);
  mustBeFloats(used, form);
  return upscaler;
}

/** Sides of tiles, in input pixels: larger ones see more of the picture, smaller ones need less memory. */
const SIDES = [512, 384, 256, 192, 128, 96, 64] as const;

/** The largest side on a CPU, so that a tile takes a few seconds at most. */
const CPU_SIDE = 192;

/** Bytes that a tile may use beside weights; more makes it no faster. */
const MOST_BYTES = 2 ** 30;

/** An upscaler on a machine, opened by the first run and kept until it is released. */
export class OpenUpscaler {
  readonly facts: Upscaler;
  readonly #tensors: ReadonlyMap<string, TensorInfo>;
  readonly #name: string;
  readonly #machine: Machine;
  readonly #slot: Slot;

  /** @param name of its file, for messages. @throws DrobeError as `inspectUpscaler`. */
  constructor(name: string, header: Header, source: ByteSource, machine: Machine) {
    this.facts = inspectUpscaler(header.tensors);
    this.#name = name;
    this.#tensors = upscalerForm(header.tensors);
    this.#machine = machine;
    const weights: Weights = { tensors: this.#tensors, source, name };
    this.#slot = new Slot('upscaler', machine.target().dtype, machine, (graph, report) =>
      openNet(machine, 'upscaler', graph, weights, report),
    );
  }

  /** [3, h, w] in 0…1, both sides multiples of its fold → [3, s·h, s·w]. */
  run(
    image: Float32Array,
    { h, w }: { readonly h: number; readonly w: number },
    report: Report,
  ): Promise<Float32Array> {
    const values = { image: { data: image, shape: [1, 3, h, w] } };
    return this.#slot.run(`${h} ${w}`, (target) => this.#graph(target, h, w), values, report);
  }

  /**
   * The side of the largest tiles that fit the machine, judging by shapes; the smallest where none does.
   * @param most the largest side to consider.
   */
  tileSide(most = Infinity): number {
    const { limits, backend, imitated } = this.#machine;
    const { target } = this.#slot;
    const largest = backend === 'wasm' || imitated ? Math.min(most, CPU_SIDE) : most;
    const fits = (side: number): boolean => {
      const graph = this.#graph(target, side, side);
      // The whole picture must fit as well.
      return graph.footprint.peak <= Math.min(MOST_BYTES, limits.tensor) && 2 * bytesOf(graph) <= limits.net;
    };
    const sides = SIDES.filter((side) => side <= largest);
    return sides.find(fits) ?? lastOf(SIDES);
  }

  release(): Promise<void> {
    return this.#slot.release();
  }

  #graph(target: Target, h: number, w: number): Graph {
    return aboutWeights({ name: this.#name }, () =>
      upscalerGraph(this.facts, this.#tensors, target, { h, w }),
    );
  }
}

/** The side of the next smaller tiles; null where there are none. */
export const smallerSide = (side: number): number | null => SIDES.find((smaller) => smaller < side) ?? null;
