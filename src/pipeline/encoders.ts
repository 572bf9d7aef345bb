/** A model's text encoders: what they make of prompts, in which some words may have vectors of their own. */
import { textGraph } from '../nets/graphs';
import type { Model } from '../nets/model';
import type { Patch } from '../runtime/feeder';
import type { Weights } from '../runtime/session';
import type { Author, Report, Slot } from './slot';

/** What text encoders make of one prompt. */
export interface Encoded {
  /** [length, width], the encoders' own side by side. */
  readonly context: Float32Array;
  /** The prompt as a whole; empty where no encoder gives it. */
  readonly pooled: Float32Array;
}

/** A token's vectors, one for each text encoder. They are told from others by being the very same objects. */
export type Rows = ReadonlyMap<number, readonly Float32Array[]>;

export class Encoders {
  readonly #model: Model;
  readonly #tensors: Weights['tensors'];
  readonly #slots: readonly Slot[];
  #rows: Rows = new Map();
  /** The last prompts: drawn again with another seed, they need no text encoder. */
  #encoded: { readonly key: string; readonly prompts: Encoded[] } | null = null;

  /** @param slots one for each text encoder, or more. */
  constructor(model: Model, tensors: Weights['tensors'], slots: readonly Slot[]) {
    this.#model = model;
    this.#tensors = tensors;
    this.#slots = slots;
  }

  /**
   * What all of them make of prompts.
   * @param ids for each text encoder, of so many prompts one after the other.
   * @param rows vectors in the place of some tokens' own.
   */
  async encode(ids: readonly Int32Array[], batch: number, report: Report, rows: Rows): Promise<Encoded[]> {
    await this.#useRows(rows);
    const key = ids.map(String).join(';');
    if (this.#encoded?.key === key) return this.#encoded.prompts;
    const authored = { model: this.#model, tensors: this.#tensors };
    const parts: Encoded[][] = [];
    for (const [i, text] of this.#model.texts.entries()) {
      const numbers = ids[i]!; // one for each text encoder
      const shape = [batch, text.length];
      // The end mark is the first of its id: padding may have the same.
      const end = Float32Array.from(numbers, (id, at) => {
        const start = at - (at % text.length);
        return Number(id === text.eos && numbers.indexOf(text.eos, start) === at);
      });
      const values = { ids: { data: numbers, shape }, ...(text.pooled && { end: { data: end, shape } }) };
      const author: Author = (target) => textGraph(authored, target, { batch, encoder: i });
      const data = await this.#slots[i]!.run(`${batch}`, author, values, report);
      const each = data.length / batch;
      parts.push(
        Array.from({ length: batch }, (_, n) => {
          const context = data.slice(n * each, n * each + text.length * text.width);
          return { context, pooled: data.slice(n * each + context.length, (n + 1) * each) };
        }),
      );
    }
    const prompts = Array.from({ length: batch }, (_, n) =>
      sideBySide(
        parts.map((part) => part[n]!),
        this.#model,
      ),
    );
    this.#encoded = { key, prompts };
    return prompts;
  }

  /** Closes them: what they are made of is not the same any more. */
  async close(): Promise<void> {
    for (const slot of this.#slots) await slot.release();
    this.#encoded = null;
  }

  /** Puts the vectors of words where tokens have theirs. */
  get patches(): ReadonlyMap<string, Patch> {
    const patches = new Map<string, Patch>();
    if (this.#rows.size === 0) return patches;
    for (const [i, { prefix, naming, width }] of this.#model.texts.entries()) {
      const key = `${prefix}.${naming === 'transformers' ? 'embeddings.' : ''}token_embedding.weight`;
      patches.set(key, (table) => {
        for (const [id, row] of this.#rows) table.set(row[i]!, id * width); // one for each text encoder
      });
    }
    return patches;
  }

  /** They are opened anew where other vectors stand in their tables than before. */
  async #useRows(rows: Rows): Promise<void> {
    const same = rows.size === this.#rows.size && [...rows].every(([id, row]) => this.#rows.get(id) === row);
    if (same) return;
    await this.close();
    this.#rows = rows;
  }
}

/** Encodings of one prompt by several encoders, token by token. */
function sideBySide(parts: readonly Encoded[], { texts, unet }: Model): Encoded {
  const context = new Float32Array(texts[0].length * unet.contextWidth);
  let from = 0;
  for (const [i, { width, length }] of texts.entries()) {
    for (let token = 0; token < length; token++) {
      const row = parts[i]!.context.subarray(token * width, (token + 1) * width); // one part for each encoder
      context.set(row, token * unet.contextWidth + from);
    }
    from += width;
  }
  return { context, pooled: parts.find(({ pooled }) => pooled.length > 0)?.pooled ?? new Float32Array() };
}
