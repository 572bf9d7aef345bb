import { lastOf, tuple } from '../../checked';
import { keysGraph, textParts, type Reader } from '../../nets/graphs';
import type { Kept, KeptValue, Value } from '../../runtime/session';
import type { Weights } from '../../runtime/tensor-bytes';
import { f16ToF32, f32ToF16 } from '../../weights/values/half';
import type { Author, Report, Slot } from '../memory/slot';

type Numbers = KeptValue['parts'][number];

/** A text's encoding, and the numbers of its `textParts` one after the other. */
interface Text {
  readonly context: Float32Array;
  readonly numbers: Numbers;
}

/** So many texts are remembered beside those of the last picture. */
const OTHERS = 4;

/** Whose attentions they are. */
interface Reading {
  /** In normal form. */
  readonly tensors: Weights['tensors'];
  /** Of the text's encoding. */
  readonly width: number;
  readonly reader: Reader;
}

/**
 * What a UNet's attentions make of texts, or a ControlNet's, which is the same in every step: made once, by a net of those
 * weights alone, and fed to one that does not hold them.
 */
export class TextAttention {
  readonly #net: Reading;
  readonly #slot: Slot;
  #texts: readonly Text[] = [];
  /** What was last fed, by its texts and type: a net has it on the device. */
  #kept: readonly { readonly key: readonly unknown[]; readonly kept: Kept }[] = [];

  constructor(net: Reading, slot: Slot) {
    this.#net = net;
    this.#slot = slot;
  }

  /** Makes all that a picture needs of these texts, before the net takes the room; others are forgotten. */
  async prepare(contexts: readonly Float32Array[], report: Report): Promise<void> {
    const texts: Text[] = [];
    for (const context of contexts) {
      if (!texts.some((known) => same(known.context, context))) texts.push(await this.#text(context, report));
    }
    this.#texts = texts;
    this.#kept = [];
  }

  /** @param context [batch, tokens, width] → inputs of a graph of that type; for the same texts the very same. */
  async of({ data, shape }: Value, report: Report): Promise<(dtype: 'f32' | 'f16') => Kept> {
    const [batch, tokens] = tuple(shape, 3);
    const each = data.length / batch;
    const texts: Text[] = [];
    for (let n = 0; n < batch; n++) {
      texts.push(await this.#text(data.subarray(n * each, (n + 1) * each), report));
    }
    return (dtype) => {
      const key = [dtype, ...texts];
      const known = this.#kept.find(
        (one) => key.every((part, i) => part === one.key[i]) && key.length === one.key.length,
      );
      if (known) return known.kept;
      const kept = this.#keptOf(texts, tokens, dtype);
      this.#kept = [...this.#kept.slice(-OTHERS), { key, kept }];
      return kept;
    };
  }

  /** Forgets all: the weights are others, or their additions. */
  async close(): Promise<void> {
    await this.#slot.release();
    this.#texts = [];
    this.#kept = [];
  }

  async #text(context: Float32Array, report: Report): Promise<Text> {
    const known = this.#texts.find((text) => same(text.context, context));
    if (known) return known;
    const { width, reader } = this.#net;
    const tokens = context.length / width;
    const shape = [1, tokens, width];
    const author: Author = (target) => keysGraph(this.#net, target, { tokens, reader });
    const values = { context: { data: context.slice(), shape } };
    const made = await this.#slot.run(`${tokens}`, author, values, report);
    // From a net in half precision: as codes they are the same numbers.
    const numbers = this.#slot.target.dtype === 'f16' ? f32ToF16(made) : made;
    const text = { context: context.slice(), numbers };
    this.#texts = [...this.#texts, text];
    return text;
  }

  #keptOf(texts: readonly Text[], tokens: number, dtype: 'f32' | 'f16'): Kept {
    const { target } = this.#slot;
    const numbers = texts.map((text) => inType(text.numbers, dtype));
    const kept: Record<string, KeptValue> = {};
    let at = 0;
    for (const { name, shape } of textParts(this.#net, target, tokens, this.#net.reader)) {
      const [from, channels] = [at, lastOf(shape)];
      at += tokens * channels;
      const parts = numbers.map((all) => all.subarray(from, from + tokens * channels));
      kept[name] = { parts, shape: [texts.length, tokens, channels] };
    }
    return kept;
  }
}

/** Numbers as a net has them that computes in this type. */
export function inType(numbers: Numbers, dtype: 'f32' | 'f16'): Numbers {
  if (numbers instanceof Float32Array) return dtype === 'f16' ? f32ToF16(numbers) : numbers;
  return dtype === 'f32' ? f16ToF32(numbers) : numbers;
}

const same = (a: Float32Array, b: Float32Array): boolean =>
  a === b || (a.length === b.length && a.every((v, i) => v === b[i]));
