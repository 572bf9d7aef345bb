/** What a text encoder takes at once: 75 tokens between two marks. A longer prompt is cut into as many as it needs. */
import { lastOf } from '../checked';
import { BREAK, type Piece } from './attention';
import { cutAtWords, wordOf, type Word } from './words';

/** Text to token ids, without begin and end marks. */
export type Tokenizer = (text: string) => number[];

/** A tokenizer's special tokens, by their ids. */
export interface Marks {
  readonly bos: number;
  readonly eos: number;
  readonly pad: number;
  /** Ids in all, with marks and padding. */
  readonly length: number;
}

/** As SD 1.x was trained. SD 2.x and SDXL's second encoder pad with 0. */
export const CLIP: Marks = { bos: 49406, eos: 49407, pad: 49407, length: 77 };

/** Tokens between the marks. */
export const ROOM = CLIP.length - 2;

/** Tokens between the marks, and how much each counts. */
export interface Window {
  readonly ids: readonly number[];
  readonly weights: readonly number[];
}

/** Nothing between the marks. */
export const EMPTY: Window = { ids: [], weights: [] };

/** What cuts prompts into windows. */
export interface Reader {
  readonly tokenize: Tokenizer;
  /** A word with more vectors than there is room for counts as plain text. */
  readonly words?: readonly Word[];
  readonly room?: number;
  /** How many tokens a full window may go back to end with a comma: A1111's "Prompt word wrap length limit". */
  readonly backtrack?: number;
}

/** A prompt as text encoders read it. */
export interface Windows {
  /** At least one. */
  readonly windows: readonly Window[];
  /** Tokens, as A1111 counts them: what is left of a window that another follows, or BREAK, is used up. */
  readonly used: number;
}

/**
 * Windows as A1111 makes them. Pieces are tokenised one by one. A window that overflows ends with its last comma, if that is near, and
 * what stood after goes to the next; words with several vectors are never torn.
 */
export function windows(pieces: readonly Piece[], reader: Reader): Windows {
  const { tokenize, words = [], room = ROOM, backtrack = 20 } = reader;
  const [comma] = tokenize(',');
  const done: Window[] = [];
  let ids: number[] = [];
  let weights: number[] = [];
  let afterComma = 0; // where what follows the last comma of this window begins; 0 is no comma
  const close = (length = ids.length): void => {
    done.push({ ids: ids.slice(0, length), weights: weights.slice(0, length) });
    [ids, weights, afterComma] = [ids.slice(length), weights.slice(length), 0];
  };
  const add = (more: readonly number[], weight: number): void => {
    if (more[0] === comma) afterComma = ids.length + 1;
    // As A1111 counts, the comma itself is among the tokens gone back.
    else if (ids.length === room && afterComma > 0 && room - afterComma < backtrack) close(afterComma);
    if (ids.length + more.length > room) close();
    ids.push(...more);
    weights.push(...more.map(() => weight));
  };

  const fitting = words.filter((word) => word.ids.length <= room);
  for (const { text, weight } of pieces) {
    if (text === BREAK && weight === -1) {
      close();
      continue;
    }
    for (const part of cutAtWords(text, fitting)) {
      if (typeof part !== 'string') add(part.ids, weight);
      else for (const id of tokenize(part)) add([id], weight);
    }
  }
  const used = done.length * room + ids.length;
  if (ids.length > 0 || done.length === 0) close();
  return { windows: done, used };
}

/** ComfyUI breaks a group of so many tokens where a window ends; a shorter one goes to the next as a whole. */
const LARGE = 8;

/**
 * Windows as ComfyUI makes them: each piece is a group of tokens that stays together if it is short. Words are written
 * `embedding:word`.
 */
export function comfyWindows(pieces: readonly Piece[], reader: Reader): Windows {
  const { room = ROOM } = reader;
  const done: { ids: number[]; weights: number[] }[] = [{ ids: [], weights: [] }];
  for (const { text, weight } of pieces) {
    for (const group of comfyGroups(text, reader)) {
      let rest = group;
      while (rest.length > 0) {
        const last = lastOf(done);
        const left = room - last.ids.length;
        const fits =
          rest.length <= left ? rest.length : group.length >= LARGE || last.ids.length === 0 ? left : 0;
        last.ids.push(...rest.slice(0, fits));
        last.weights.push(...rest.slice(0, fits).map(() => weight));
        rest = rest.slice(fits);
        if (rest.length > 0) done.push({ ids: [], weights: [] });
      }
    }
  }
  return { windows: done, used: (done.length - 1) * room + lastOf(done).ids.length };
}

const EMBEDDING = 'embedding:';

function comfyGroups(text: string, { tokenize, words = [] }: Reader): (readonly number[])[] {
  return text
    .split(new RegExp(`[ \\n](?=${EMBEDDING})`))
    .filter((part) => part !== '')
    .flatMap((part) => {
      if (!part.startsWith(EMBEDDING)) return [tokenize(part)];
      const [name = ''] = /^\S*/.exec(part.slice(EMBEDDING.length)) ?? [];
      const bare = name.replace(/,+$/, '');
      const word = wordOf(name, words) ?? wordOf(bare, words);
      if (!word) return [tokenize(part)];
      const rest = part.slice(EMBEDDING.length + (wordOf(name, words) ? name : bare).length);
      return [word.ids, tokenize(rest)];
    });
}

/** A window as the encoder takes it, with marks and padding. */
export function marked(
  { ids, weights }: Window,
  { bos, eos, pad, length }: Marks,
): { readonly ids: Int32Array; readonly weights: Float32Array } {
  const all = new Int32Array(length).fill(pad);
  all.set([bos, ...ids, eos]);
  const counting = new Float32Array(length).fill(1);
  counting.set(weights, 1);
  return { ids: all, weights: counting };
}
