/**
 * T5's tokens of a prompt: all of it at once, and not in windows. Its tokenizer is the tokenizer.json that comes with a
 * T5; nothing is fetched.
 */
import { BREAK, type Piece } from './attention';
import { remembering } from './tokenizer';
import type { Tokenizer, Window } from './windows';

/** The tokenizer that the text of a tokenizer.json describes. */
export async function t5Tokenizer(json: string): Promise<Tokenizer> {
  const { PreTrainedTokenizer } = await import('@huggingface/transformers');
  const t5 = new PreTrainedTokenizer(JSON.parse(json) as object, {});
  return remembering((text) => t5.encode(asReference(text), { add_special_tokens: false }));
}

/**
 * The text as this library must be given it to find the ids that the reference (tokenizers, in Rust) finds. To that one the
 * joiner of emoji is a sign, to this one a blank; the other two it drops and keeps. None of them has a token.
 */
function asReference(text: string): string {
  return text.replaceAll('\u0085', '').replaceAll(/\u200D|\u0344/g, '\uE000');
}

/** The tokens of a text's pieces, and how much each counts. */
export function t5Tokens(pieces: readonly Piece[], tokenize: Tokenizer): Window {
  const parts = pieces
    .filter(({ text, weight }) => !(text === BREAK && weight === -1))
    .map(({ text, weight }) => ({ ids: tokenize(text), weight }));
  return {
    ids: parts.flatMap(({ ids }) => ids),
    weights: parts.flatMap(({ ids, weight }) => ids.map(() => weight)),
  };
}

/** Exactly this many tokens for T5: with an end mark, then padding, which it reads, too. */
export function endedAt(
  { ids, weights }: Window,
  length: number,
  { eos, pad }: { readonly eos: number; readonly pad: number },
): { readonly ids: Int32Array; readonly weights: Float32Array } {
  const all = new Int32Array(length).fill(pad);
  all.set([...ids.slice(0, length - 1), eos]);
  const counting = new Float32Array(length).fill(1);
  counting.set(weights.slice(0, length - 1));
  return { ids: all, weights: counting };
}
