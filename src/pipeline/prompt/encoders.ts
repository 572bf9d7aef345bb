import { mustGet } from '../../checked';
import { textGraph } from '../../nets/graphs';
import type { Model, TextEncoder } from '../../nets/model';
import { tokenTable } from '../../nets/text-encoder';
import { withRows, type Rows } from '../../runtime/rows';
import type { Weights } from '../../runtime/tensor-bytes';
import { keyOf, type Encoded } from '../../text/encodings';
import { marked, type Window } from '../../text/windows';
import { joined } from '../batch';
import { mayGoOn } from '../go-on';
import type { Author, Report, Slot } from '../memory/slot';

/**
 * Vectors of words, by the ids that stand for them: one for each text encoder. They are told from others by being the very
 * same objects.
 */
export type Vectors = ReadonlyMap<number, readonly Float32Array[]>;

/** Windows that an encoder reads at once: most often a prompt's and a negative one's. */
const BATCH = 2;

/** A model's text encoders: what they make of prompts, in which some words may have vectors of their own. */
export class Encoders {
  readonly #model: Model;
  readonly #weights: () => Weights;
  readonly #slots: readonly Slot[];
  #vectors: Vectors = new Map();
  /** The last picture's windows: drawn again with another seed, it needs no text encoder. */
  #known: ReadonlyMap<string, Encoded> = new Map();

  /**
   * @param weights asked for with what is added to them.
   * @param slots one for each text encoder, or more.
   */
  constructor(model: Model, weights: () => Weights, slots: readonly Slot[]) {
    this.#model = model;
    this.#weights = weights;
    this.#slots = slots;
  }

  /**
   * What all of them make of each window.
   * @param clipSkip how far from the end they are read, as A1111 counts; absent: as the denoiser was trained.
   * @param vectors of ids that are no token's.
   * @param signal looked at between windows, of which a long prompt has hundreds. @throws AbortError
   */
  async encode(
    windows: readonly Window[],
    report: Report,
    {
      clipSkip,
      vectors = new Map(),
      signal,
    }: { readonly clipSkip?: number; readonly vectors?: Vectors; readonly signal?: AbortSignal } = {},
  ): Promise<Encoded[]> {
    this.#use(vectors);
    const rounded = this.#slots.map(({ bits }) => bits).join();
    const key = (window: Window): string => `${rounded} ${clipSkip} ${keyOf(window)}`;
    const known = new Map(this.#known);
    const unknown = windows.filter((window) => !known.has(key(window)));
    if (unknown.length > 0) {
      await withRows(this.#weights(), this.#tokensIn(unknown), async (tokens) => {
        for (let at = 0; at < unknown.length; at += BATCH) {
          const together = unknown.slice(at, at + BATCH);
          const encoded = await this.#run(together, tokens, clipSkip, report);
          for (const [n, window] of together.entries()) known.set(key(window), encoded[n]!); // one for each
          this.#known = known; // whoever begins again goes on from here
          if (at + BATCH < unknown.length) await mayGoOn(signal);
        }
      });
    }
    this.#known = new Map(windows.map((window) => [key(window), mustGet(known, key(window))])); // by now all are
    return windows.map((window) => mustGet(known, key(window)));
  }

  /** Of each text encoder's tokens those that it is to read. */
  #tokensIn(windows: readonly Window[]): { key: string; rows: Set<number> }[] {
    return this.#model.texts.map((text) => {
      const ids = windows.flatMap((window) => [...marked(window, text).ids]);
      return { key: tokenTable(text.place), rows: new Set(ids.filter((id) => !this.#vectors.has(id))) };
    });
  }

  /**
   * In full batches, so that a session serves prompts of any length: where a window is missing, one is read twice.
   * @param tokens of each text encoder.
   */
  async #run(
    windows: readonly Window[],
    tokens: readonly Rows[],
    clipSkip: number | undefined,
    report: Report,
  ): Promise<Encoded[]> {
    const batch = Array.from({ length: BATCH }, (_, n) => windows[n] ?? windows[0]!); // there is one at least
    const parts: Encoded[][] = [];
    for (const [encoder, text] of this.#model.texts.entries()) {
      const { length, width, eos, pooled } = text;
      const rows = new Float32Array(BATCH * length * width);
      const end = new Float32Array(BATCH * length);
      for (const [n, window] of batch.entries()) {
        const { ids } = marked(window, text);
        for (const [place, id] of ids.entries()) {
          const row = this.#vectors.get(id)?.[encoder] ?? mustGet(tokens[encoder]!, id); // see #tokensIn
          rows.set(row, (n * length + place) * width);
        }
        end[n * length + ids.indexOf(eos)] = 1; // the first of its id: padding may have the same
      }
      const values = {
        tokens: { data: rows, shape: [BATCH, length, width] },
        ...(pooled && { end: { data: end, shape: [BATCH, length] } }),
      };
      const skip = layersLeftOut(text, clipSkip);
      const data = await this.#slots[encoder]!.run(`${skip}`, this.#author(encoder, skip), values, report);
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

  #author(encoder: number, skip: number): Author {
    const authored = { model: this.#model, tensors: this.#weights().tensors };
    return (target) => textGraph(authored, target, { batch: BATCH, encoder, skip });
  }

  /** Closes them: what they are made of is not the same any more. */
  async close(): Promise<void> {
    for (const slot of this.#slots) await slot.release();
    this.#known = new Map();
  }

  /** What was read with other vectors is not known any more. */
  #use(vectors: Vectors): void {
    const before = this.#vectors;
    this.#vectors = vectors;
    const same = vectors.size === before.size && [...vectors].every(([id, own]) => before.get(id) === own);
    if (!same) this.#known = new Map();
  }
}

/** The layers at an encoder's end that are not read. @param clipSkip see `Encoders.encode`. */
function layersLeftOut(
  { skip, clipSkip: trained }: Pick<TextEncoder, 'skip' | 'clipSkip'>,
  clipSkip = trained,
): number {
  return Math.max(0, skip + clipSkip - trained);
}

/** Encodings of one window by several encoders, token by token. */
function sideBySide(parts: readonly Encoded[], { texts }: Model): Encoded {
  const all = texts.reduce((sum, { width }) => sum + width, 0);
  const context = new Float32Array(texts[0].length * all);
  let from = 0;
  for (const [i, { width, length }] of texts.entries()) {
    for (let token = 0; token < length; token++) {
      const row = parts[i]!.context.subarray(token * width, (token + 1) * width); // one part for each encoder
      context.set(row, token * all + from);
    }
    from += width;
  }
  return { context, pooled: joined(parts.map(({ pooled }) => pooled)) };
}
