/** Text to token ids, without begin and end marks. */
export type Tokenizer = (text: string) => number[];

export interface Marks {
  readonly bos: number;
  readonly eos: number;
  readonly pad: number;
  /** Ids in all, with marks and padding. */
  readonly length: number;
}

/** As SD 1.x was trained. SD 2.x and SDXL's second encoder pad with 0. */
export const CLIP: Marks = { bos: 49406, eos: 49407, pad: 49407, length: 77 };

export interface EncodedPrompt {
  readonly ids: Int32Array;
  /** The end of the prompt that did not fit, from the first word on that is not there as a whole. */
  readonly dropped: string;
}

/** The ids a text encoder takes: begin mark, at most length - 2 ids, end mark, padding; as transformers makes them. */
export function encodePrompt(tokenize: Tokenizer, prompt: string, marks: Marks = CLIP): EncodedPrompt {
  const room = marks.length - 2;
  const all = tokenize(prompt);
  const kept = all.slice(0, room);
  const ids = new Int32Array(marks.length).fill(marks.pad);
  ids.set([marks.bos, ...kept, marks.eos]);
  return {
    ids,
    dropped: all.length > room ? prompt.slice(startOfDropped(tokenize, prompt, room)).trim() : '',
  };
}

/**
 * Where the first word begins that does not wholly fit. White space always parts tokens, so words can be counted one by
 * one. Inside the word that overflows, CLIP's own smaller pieces (letters, a digit, signs) are tried, and believed
 * if they add up to the same ids.
 */
function startOfDropped(tokenize: Tokenizer, prompt: string, room: number): number {
  let left = room;
  for (const { 0: word, index } of prompt.matchAll(/\S+/gu)) {
    const ids = tokenize(word);
    if (ids.length <= left) {
      left -= ids.length;
      continue;
    }
    const pieces = [...word.matchAll(/[\p{L}\p{M}]+|\p{N}|[^\p{L}\p{M}\p{N}]+/gu)];
    const counts = pieces.map(({ 0: piece }) => tokenize(piece));
    if (String(counts.flat()) !== String(ids)) return index;
    const overflowing = counts.findIndex((piece) => (left -= piece.length) < 0);
    return index + (pieces[overflowing]?.index ?? 0);
  }
  return prompt.length;
}
