import { tuple } from '../checked';
import type { Graph, Target } from '../graph/graph';
import { mmditGraph, type MMDiTSize } from '../nets/mmdit-graphs';
import type { Model } from '../nets/model';
import { blocksOf } from '../nets/names/mmdit';
import type { Weights } from '../runtime/tensor-bytes';
import type { RunDenoiser } from './batch';
import type { Report, Slot } from './memory/slot';

/** An MMDiT in the place of a UNet. Its words and latents meet in one attention: nothing is made beforehand. */
export class MMDiT {
  readonly slot: Slot;
  readonly #authored: { readonly model: Model; readonly tensors: Weights['tensors'] };
  /** How many blocks there are, each of which may be left out. */
  readonly blocks: number;
  /** Nothing guides it. */
  readonly additions = {};

  constructor(model: Model, tensors: Weights['tensors'], slot: Slot) {
    this.#authored = { model, tensors };
    this.slot = slot;
    const names = [...tensors.keys()].filter((key) => key.startsWith('mmdit.'));
    this.blocks = blocksOf(names.map((key) => key.slice('mmdit.'.length)));
  }

  /** It reads words beside latents. */
  prepare(): Promise<void> {
    return Promise.resolve();
  }

  runner(report: Report): RunDenoiser {
    return (values) => {
      const [batch, , h, w] = tuple(values.latents.shape, 4);
      const [, tokens] = tuple(values.context.shape, 3);
      const size = { batch, h, w, tokens, skips: values.keep !== undefined };
      return this.slot.run(JSON.stringify(size), (target) => this.#graph(size, target), values, report);
    };
  }

  graph(size: MMDiTSize): Graph {
    return this.#graph(size, this.slot.target);
  }

  #graph(size: MMDiTSize, target: Target): Graph {
    return mmditGraph(this.#authored, target, size);
  }

  /** Closes it: what it is made of is not the same any more. */
  close(): Promise<void> {
    return this.slot.release();
  }
}
