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

/** A word that stands for vectors of its own (textual inversion), and the ids that stand for those. */
export interface Word {
  readonly trigger: string;
  readonly ids: readonly number[];
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
  for (const part of partsOf(prompt, words)) {
    const room = marks.length - 2 - kept.length;
    const ids = part.word?.ids ?? tokenize(part.text);
    // Nothing follows what did not fit, and of a word that stands for several vectors all or none is there.
    if (dropped || (part.word && ids.length > room)) {
      dropped += part.text;
      continue;
    }
    kept.push(...ids.slice(0, room));
    if (ids.length > room) dropped = part.text.slice(startOfDropped(tokenize, part.text, room));
  }
  const ids = new Int32Array(marks.length).fill(marks.pad);
  ids.set([marks.bos, ...kept, marks.eos]);
  return { ids, dropped: dropped.trim() };
}

/** Whether a prompt has this word. */
export const mentions = (prompt: string, trigger: string): boolean => pattern([trigger]).test(prompt);

function partsOf(prompt: string, words: readonly Word[]): { text: string; word: Word | null }[] {
  if (words.length === 0) return [{ text: prompt, word: null }];
  const parts: { text: string; word: Word | null }[] = [];
  let from = 0;
  for (const { 0: text, index } of prompt.matchAll(pattern(words.map(({ trigger }) => trigger)))) {
    parts.push({ text: prompt.slice(from, index), word: null });
    const word = words.find(({ trigger }) => trigger.toLowerCase() === text.toLowerCase()) ?? null;
    parts.push({ text, word });
    from = index + text.length;
  }
  return [...parts, { text: prompt.slice(from), word: null }].filter(({ text }) => text !== '');
}

/** Any of these words, the longest first, and not inside of another. */
function pattern(triggers: readonly string[]): RegExp {
  const escaped = triggers
    .toSorted((a, b) => b.length - a.length)
    .map((trigger) => trigger.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${escaped.join('|')})(?![\\p{L}\\p{N}])`, 'giu');
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
