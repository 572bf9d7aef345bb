import { CLIP, type Marks, type Tokenizer } from './windows';
import { cutAtWords, type Word } from './words';

export interface EncodedPrompt {
  readonly ids: Int32Array;
  /** The end of the prompt that did not fit, from the first word on that is not there as a whole. */
  readonly dropped: string;
}

/**
 * The ids a text encoder takes: begin mark, at most length - 2 ids, end mark, padding; as transformers makes them.
 * @param words taken as a whole wherever they stand, in any letter case.
 */
export function encodePrompt(
  tokenize: Tokenizer,
  prompt: string,
  marks: Marks = CLIP,
  words: readonly Word[] = [],
): EncodedPrompt {
  const kept: number[] = [];
  let dropped = '';
  for (const part of cutAtWords(prompt, words)) {
    const room = marks.length - 2 - kept.length;
    const text = typeof part === 'string' ? part : part.trigger;
    const ids = typeof part === 'string' ? tokenize(part) : part.ids;
    // Nothing follows what did not fit, and of a word that stands for several vectors all or none is there.
    if (dropped || (typeof part !== 'string' && ids.length > room)) {
      dropped += text;
      continue;
    }
    kept.push(...ids.slice(0, room));
    if (ids.length > room) dropped = text.slice(startOfDropped(tokenize, text, room));
  }
  const ids = new Int32Array(marks.length).fill(marks.pad);
  ids.set([marks.bos, ...kept, marks.eos]);
  return { ids, dropped: dropped.trim() };
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
