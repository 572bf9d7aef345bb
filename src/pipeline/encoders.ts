/** A model's text encoders: what they make of prompts, in which some words may have vectors of their own. */
import { textGraph } from '../nets/graphs';
import type { Model, TextEncoder } from '../nets/model';
import type { Patch } from '../runtime/feeder';
import type { Weights } from '../runtime/session';
import { keyOf, type Encoded } from '../text/encodings';
import { marked, type Window } from '../text/windows';
import type { Author, Report, Slot } from './slot';

/** A token's vectors, one for each text encoder. They are told from others by being the very same objects. */
export type Rows = ReadonlyMap<number, readonly Float32Array[]>;

/** Windows that an encoder reads at once: most often a prompt's and a negative one's. */
const BATCH = 2;

export class Encoders {
  readonly #model: Model;
  readonly #tensors: Weights['tensors'];
  readonly #slots: readonly Slot[];
  #rows: Rows = new Map();
  /** The last picture's windows: drawn again with another seed, it needs no text encoder. */
  #known: ReadonlyMap<string, Encoded> = new Map();

  /** @param slots one for each text encoder, or more. */
  constructor(model: Model, tensors: Weights['tensors'], slots: readonly Slot[]) {
    this.#model = model;
    this.#tensors = tensors;
    this.#slots = slots;
  }

  /**
   * What all of them make of each window.
   * @param clipSkip how far from the end they are read, as A1111 counts; absent: as the UNet was trained.
   * @param rows vectors in the place of some tokens' own.
   */
  async encode(
    windows: readonly Window[],
    report: Report,
    { clipSkip, rows = new Map() }: { readonly clipSkip?: number; readonly rows?: Rows } = {},
  ): Promise<Encoded[]> {
    await this.#useRows(rows);
    const key = (window: Window): string => `${clipSkip} ${keyOf(window)}`;
    const known = new Map(this.#known);
    const unknown = windows.filter((window) => !known.has(key(window)));
    for (let at = 0; at < unknown.length; at += BATCH) {
      const together = unknown.slice(at, at + BATCH);
      const encoded = await this.#run(together, clipSkip, report);
      for (const [n, window] of together.entries()) known.set(key(window), encoded[n]!); // one for each
    }
    this.#known = new Map(windows.map((window) => [key(window), known.get(key(window))!])); // by now all are
    return windows.map((window) => known.get(key(window))!);
  }

  /** In full batches, so that a session serves prompts of any length: where a window is missing, one is read twice. */
  async #run(windows: readonly Window[], clipSkip: number | undefined, report: Report): Promise<Encoded[]> {
    const batch = Array.from({ length: BATCH }, (_, n) => windows[n] ?? windows[0]!); // there is one at least
    const authored = { model: this.#model, tensors: this.#tensors };
    const parts: Encoded[][] = [];
    for (const [encoder, text] of this.#model.texts.entries()) {
      const { length, width, eos, pooled } = text;
      const shape = [BATCH, length];
      const ids = new Int32Array(BATCH * length);
      const end = new Float32Array(BATCH * length);
      for (const [n, window] of batch.entries()) {
        const own = marked(window, text).ids;
        ids.set(own, n * length);
        end[n * length + own.indexOf(eos)] = 1; // the first of its id: padding may have the same
      }
      const values = { ids: { data: ids, shape }, ...(pooled && { end: { data: end, shape } }) };
      const skip = layersLeftOut(text, clipSkip);
      const author: Author = (target) => textGraph(authored, target, { batch: BATCH, encoder, skip });
      const data = await this.#slots[encoder]!.run(`${skip}`, author, values, report);
      const each = data.length / BATCH;
      parts.push(
        batch.map((_, n) => {
          const context = data.slice(n * each, n * each + length * width);
          return { context, pooled: data.slice(n * each + context.length, (n + 1) * each) };
        }),
      );
    }
    return batch.map((_, n) =>
      sideBySide(
        parts.map((part) => part[n]!), // one for each window
        this.#model,
      ),
    );
  }

  /** Closes them: what they are made of is not the same any more. */
  async close(): Promise<void> {
    for (const slot of this.#slots) await slot.release();
    this.#known = new Map();
  }

  /** Puts the vectors of words where tokens have theirs. */
  get patches(): ReadonlyMap<string, Patch> {
    const patches = new Map<string, Patch>();
    if (this.#rows.size === 0) return patches;
    for (const [i, { place, width }] of this.#model.texts.entries()) {
      patches.set(`${place}.text_model.embeddings.token_embedding.weight`, (table) => {
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

/** The layers at an encoder's end that are not read. @param clipSkip see `Encoders.encode`. */
export function layersLeftOut(
  { skip, clipSkip: trained }: Pick<TextEncoder, 'skip' | 'clipSkip'>,
  clipSkip = trained,
): number {
  return Math.max(0, skip + clipSkip - trained);
}

/** Encodings of one window by several encoders, token by token. */
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
