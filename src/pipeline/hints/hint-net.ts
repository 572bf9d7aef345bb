/** A net that makes hints, from a file of its own: what it is, and how it gets onto a machine. */
import { lastOf } from '../../checked';
import type { NetHintName } from '../../canvas/hints/by-nets';
import { flattened, type Pixels } from '../../canvas/pixels';
import { aboutWeights, DrobeError } from '../../errors';
import { SHAPES_ONLY, type Graph, type Target } from '../../graph/graph';
import { hintNetGraph, hintNetIn, type HintNet, type HintWay } from '../../nets/hints/hint-net';
import { bytesOf } from '../../nets/memory';
import { hintNetForm } from '../../nets/names/hint-net';
import type { Machine } from '../../runtime/device';
import type { Weights } from '../../runtime/tensor-bytes';
import { mustBeFloats } from '../../weights/values/floats';
import type { Header, TensorInfo } from '../../weights/safetensors';
import { hintFrom, shownNumbers, shownSize } from './hint-views';
import { openNet, type OpenFile } from '../memory/opening';
import { Slot, type Report } from '../memory/slot';

const way = (hint: NetHintName): HintWay => ({ version: hint === 'depth_anything' ? 1 : 2 });

/**
 * Authors its graph once, at a small size: what is missing or misshapen shows now and not when a hint is made.
 * @throws DrobeError of weights, and 'unsupported-model'.
 */
export function inspectHintNet(tensors: Header['tensors']): HintNet {
  const net = hintNetIn(tensors);
  if (!net) throw new DrobeError('bad-request', { reason: 'the file holds no net that makes hints' });
  const form = hintNetForm(tensors);
  const used = new Set<string>();
  const size = shownSize(net, { width: 1, height: 1 }, 0);
  hintNetGraph(net, form, SHAPES_ONLY, { ...size, ...way('depth_anything_v2') }, used);
  mustBeFloats(used, form);
  return net;
}

/** So much of a picture's sides a net is shown, where it could not be shown all of it for want of memory. */
const SHRINKS = [1, 0.75, 0.5, 0.375, 0.25] as const;

/** What it may work in, beside weights. */
const MOST_BYTES = 2 ** 31;

/** Such a net on a machine. It is there from the first hint until it is released. */
export class OpenHintNet {
  readonly net: HintNet;
  readonly #tensors: ReadonlyMap<string, TensorInfo>;
  readonly #name: string;
  readonly #machine: Machine;
  readonly #slot: Slot;

  /** @throws DrobeError as `inspectHintNet`. */
  constructor({ name, header, source }: OpenFile, machine: Machine) {
    this.net = inspectHintNet(header.tensors);
    this.#name = name;
    this.#tensors = hintNetForm(header.tensors);
    this.#machine = machine;
    const weights: Weights = { tensors: this.#tensors, source, name };
    this.#slot = new Slot('hint net', machine.target().dtype, machine, (graph, report) =>
      openNet(machine, 'hint net', graph, weights, report),
    );
  }

  /**
   * The hint of a picture, of its size; what shows through counts as white.
   * @throws DrobeError those of a slot, 'missing-weight' and 'bad-weight'.
   */
  async make(hint: NetHintName, picture: Pixels, report: Report): Promise<Pixels> {
    const { net } = this;
    const shrink = this.#shrink(hint, picture);
    const { h, w } = shownSize(net, picture, shrink);
    const image = { data: shownNumbers(net, flattened(picture), shrink), shape: [1, 3, h, w] };
    const author = (target: Target): Graph => this.#graph(hint, target, { h, w });
    const given = await this.#slot.run(`${hint} ${h} ${w}`, author, { image }, report);
    return hintFrom(net, given, picture, shrink);
  }

  release(): Promise<void> {
    return this.#slot.release();
  }

  /** The most that fits the machine, by all that shapes tell; the least there is, where nothing does. */
  #shrink(hint: NetHintName, picture: Pixels): number {
    const { limits } = this.#machine;
    const fits = (shrink: number): boolean => {
      const graph = this.#graph(hint, this.#slot.target, shownSize(this.net, picture, shrink));
      const { peak, largest } = graph.footprint;
      return peak <= MOST_BYTES && largest <= limits.tensor && bytesOf(graph) <= limits.net;
    };
    return SHRINKS.find(fits) ?? lastOf(SHRINKS);
  }

  #graph(hint: NetHintName, target: Target, size: { readonly h: number; readonly w: number }): Graph {
    return aboutWeights({ name: this.#name }, () =>
      hintNetGraph(this.net, this.#tensors, target, { ...size, ...way(hint) }),
    );
  }
}
