import { tuple } from '../checked';
import type { Graph, Target } from '../graph/graph';
import { outerUNetGraph, unetGraph, wholeUNetGraph, type UNetSize } from '../nets/graphs';
import type { Model } from '../nets/model';
import type { Weights } from '../runtime/tensor-bytes';
import type { RunDenoiser } from './batch';
import type { Controls } from './guiding/controls';
import type { References } from './guiding/references';
import type { DeepFeatures } from './reuse';
import type { Author, Report, Slot } from './memory/slot';
import { TextAttention } from './prompt/text-attention';

const forms = { plain: unetGraph, whole: wholeUNetGraph, outer: outerUNetGraph };

/** What may be added to a UNet. */
export interface Guides {
  readonly controls: Controls;
  readonly references: References;
}

/** A UNet, whole or its outermost blocks alone. It is fed keys and values of the text, made once for a prompt. */
export class UNet {
  readonly slot: Slot;
  readonly #outer: Slot;
  readonly #authored: { readonly model: Model; readonly tensors: Weights['tensors'] };
  readonly #attention: TextAttention;
  readonly #guides: Guides;
  /** Nothing of a UNet can be left out. */
  readonly blocks = 0;

  constructor(
    model: Model,
    tensors: Weights['tensors'],
    slots: { readonly whole: Slot; readonly outer: Slot; readonly attention: Slot },
    guides: Guides,
  ) {
    this.#authored = { model, tensors };
    this.slot = slots.whole;
    this.#outer = slots.outer;
    this.#guides = guides;
    const width = model.denoiser.contextWidth;
    this.#attention = new TextAttention({ tensors, width, reader: 'unet' }, slots.attention);
  }

  /** What a pass is to tell it of its prompts, [tokens, width] each. */
  prepare(contexts: readonly Float32Array[], report: Report): Promise<void> {
    return this.#attention.prepare(contexts, report);
  }

  /** @param features of calls before, that may do instead of whole runs. */
  runner(report: Report, features?: DeepFeatures): RunDenoiser {
    if (!features) return this.#run(this.slot, 'plain', report);
    // A few blocks are read at once: only what goes wrong is told.
    const quietly: Report = (progress) => progress.kind === 'notice' && report(progress);
    const whole = this.#run(this.slot, 'whole', report);
    const outer = this.#run(this.#outer, 'outer', quietly);
    return (values) => features.predict(values, whole, outer);
  }

  #run(slot: Slot, form: keyof typeof forms, report: Report): RunDenoiser {
    return async ({ context, pictures, ...own }) => {
      const [batch, , h, w] = tuple(own.latents.shape, 4);
      const [, tokens] = tuple(context.shape, 3);
      const texts = await this.#attention.of(context, report);
      const { kept, shares } = this.#guides.references.beside(texts, pictures, { batch, h, w });
      const { additions } = this;
      const author: Author = (target) => this.#graph(form, target, { batch, h, w, tokens, ...additions });
      const size = [form, batch, h, w, tokens, JSON.stringify(additions)].join(' ');
      return slot.run(size, author, { ...own, ...shares }, report, (dtype) => [kept(dtype)]);
    };
  }

  /** What it is told to take beside the text. */
  get additions(): Pick<UNetSize, 'residuals' | 'features' | 'pictures'> {
    const { controls, references } = this.#guides;
    return { ...controls.additions, ...references.additions };
  }

  graph(size: UNetSize): Graph {
    return this.#graph('plain', this.slot.target, { ...size, ...this.additions });
  }

  #graph(form: keyof typeof forms, target: Target, size: UNetSize): Graph {
    return forms[form](this.#authored, target, { ...size, text: 'keys' });
  }

  /** Closes it: what it is made of is not the same any more. */
  async close(): Promise<void> {
    await this.#attention.close();
    await this.slot.release();
    await this.#outer.release();
  }
}
