/**
 * How T5 splits words is in a file of its own, transformers' tokenizer.json. It is kept as one tensor of bytes among a
 * model's tensors, so that it is imported, stored and lent like them.
 */
import type { Header } from '../weights/safetensors';

/** The name of that tensor, in files and in normal form. */
export const T5_TOKENIZER = 't5.tokenizer_json';

/** Whether a file may be one, by its name; its folder does not matter. */
export const isTokenizerFile = (path: string): boolean => /(?:^|\/)tokenizer\.json$/i.test(path);

/** The true one has 1.4 or 2.4 MB. */
export const LONGEST_TOKENIZER = 2 ** 24;

/** Rows in the table of T5 v1.1. */
const VOCABULARY = 32128;

/** Whether the text of a tokenizer.json is T5's: others number their pieces differently, or have more (umT5). */
export function isT5Tokenizer(text: string): boolean {
  const { model } = fieldsIn(text);
  const { type, vocab } = Object(model) as { type?: unknown; vocab?: unknown };
  if (type !== 'Unigram' || !Array.isArray(vocab) || vocab.length > VOCABULARY) return false;
  const first = vocab.slice(0, 3).map((piece: unknown) => (Array.isArray(piece) ? String(piece[0]) : ''));
  return first.join(' ') === '<pad> </s> <unk>';
}

function fieldsIn(text: string): { readonly model?: unknown } {
  try {
    return Object(JSON.parse(text)) as { model?: unknown };
  } catch {
    return {};
  }
}

/** The header of a tokenizer.json of so many bytes, as if it were a safetensors file with nothing before its one tensor. */
export const tokenizerHeader = (bytes: number): Header => ({
  tensors: new Map([
    [T5_TOKENIZER, { name: T5_TOKENIZER, dtype: 'U8', shape: [bytes], begin: 0, end: bytes }],
  ]),
  metadata: new Map(),
  bytes,
});
