/** An MMDiT in the place of a UNet. Its words and latents meet in one attention: nothing is made beforehand. */
import type { Graph, Target } from '../graph/graph';
import { mmditGraph } from '../nets/mmdit-graphs';
import type { Model } from '../nets/model';
import type { Weights } from '../runtime/session';
import type { RunUNet } from './batch';
import type { Report, Slot } from './slot';

interface Size {
  readonly batch: number;
  readonly h: number;
  readonly w: number;
  readonly tokens: number;
  /** Members may go without some blocks. */
  readonly skips: boolean;
}

export class MMDiT {
  readonly #model: Model;
  readonly #tensors: Weights['tensors'];
  readonly #slot: Slot;

  constructor(model: Model, tensors: Weights['tensors'], slot: Slot) {
    this.#model = model;
    this.#tensors = tensors;
    this.#slot = slot;
  }

  /** How many blocks there are, one of which may be left out each. */
  get blocks(): number {
    const numbers = [...this.#tensors.keys()].map((key) =>
      Number(/^mmdit\.joint_blocks\.(\d+)\./.exec(key)?.[1] ?? -1),
    );
    return Math.max(-1, ...numbers) + 1;
  }

  runner(report: Report): RunUNet {
    return (values) => {
      const [batch, , h, w] = values.latents.shape as [number, number, number, number];
      const [, tokens] = values.context.shape as [number, number];
      const size = { batch, h, w, tokens, skips: values.keep !== undefined };
      return this.#slot.run(JSON.stringify(size), (target) => this.graph(size, target), values, report);
    };
  }

  graph(size: Size, target: Target = this.#slot.target): Graph {
    return mmditGraph({ model: this.#model, tensors: this.#tensors }, target, size);
  }
}
