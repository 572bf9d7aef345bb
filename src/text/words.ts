/** Words that have vectors of their own (textual inversion). */

/** A word, and the ids that stand for its vectors: no token that a prompt uses has them. */
export interface Word {
  readonly trigger: string;
  readonly ids: readonly number[];
}

/** Whether a prompt has this word. */
export const mentions = (prompt: string, trigger: string): boolean => pattern([trigger]).test(prompt);

/** A text cut into such words and what stands between them. Words count as a whole, in any letter case. */
export function cutAtWords(text: string, words: readonly Word[]): (string | Word)[] {
  if (words.length === 0) return [text];
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

export function wordOf(text: string, words: readonly Word[]): Word | undefined {
  return words.find(({ trigger }) => trigger.toLowerCase() === text.toLowerCase());
}

/** Any of these words, the longest first, and not inside of another. */
function pattern(triggers: readonly string[]): RegExp {
  const escaped = triggers
    .toSorted((a, b) => b.length - a.length)
    .map((trigger) => trigger.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${escaped.join('|')})(?![\\p{L}\\p{N}])`, 'giu');
}
