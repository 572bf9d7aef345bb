/** Words that have vectors of their own (textual inversion). */

/** A word, and the ids that stand for its vectors: no token that a prompt uses has them. */
export interface Word {
  readonly trigger: string;
  readonly ids: readonly number[];
}

/**
 * A word for what a file of this name holds: without the letters that weights, choices and tags are written with, and
 * without blanks that would be lost.
 */
export const callWord = (name: string): string =>
  name
    .normalize('NFC')
    .replace(/[\\()[\]{}<>:|]/g, '_')
    .replace(/__+/g, '_')
    .replace(/\s+/g, ' ')
    .trim() || '_';

/** Whether a prompt has this word, with its brackets escaped or not. */
export const mentions = (prompt: string, trigger: string): boolean => {
  const text = prompt.normalize('NFC');
  return [text, text.replace(/\\([()[\]\\])/g, '$1')].some((read) => pattern([trigger]).test(read));
};

/** A text split into such words and the text between them. Only whole words count, in any letter case. */
export function cutAtWords(written: string, words: readonly Word[]): (string | Word)[] {
  if (words.length === 0) return [written];
  const text = written.normalize('NFC');
  const parts: (string | Word)[] = [];
  let from = 0;
  for (const { 0: found, index } of text.matchAll(pattern(words.map(({ trigger }) => trigger)))) {
    const word = wordOf(found, words);
    if (!word) continue;
    parts.push(text.slice(from, index), word);
    from = index + found.length;
  }
  return [...parts, text.slice(from)].filter((part) => part !== '');
}

/** The word that a text is, whatever its letters are; undefined for any other text. */
export function wordOf(text: string, words: readonly Word[]): Word | undefined {
  const plain = (word: string): string => word.normalize('NFC').toLowerCase();
  return words.find(({ trigger }) => plain(trigger) === plain(text));
}

/** Any of these words, the longest first, and not inside of another. */
function pattern(triggers: readonly string[]): RegExp {
  const escaped = triggers
    .toSorted((a, b) => b.length - a.length)
    .map((trigger) => trigger.normalize('NFC').replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${escaped.join('|')})(?![\\p{L}\\p{N}])`, 'giu');
}
