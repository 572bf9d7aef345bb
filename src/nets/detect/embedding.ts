/**
 * What a textual inversion's file has vectors for. Programs name its tensors after a word, after a text encoder, after
 * both or after neither; of the rest only shapes tell.
 */
import { lastOf } from '../../checked';
import { BUNDLED, isBundled } from '../names/lora-parts';
import { placeOf } from '../names/places';

interface Tensor {
  readonly shape: readonly number[];
  readonly dtype: string;
}

type Tensors = ReadonlyMap<string, Tensor>;

/** A word, and the tensors that hold its vectors. */
export interface EmbeddingWord {
  /** Empty where only the name of the file calls it. */
  readonly word: string;
  /** `encoder`: the text encoder that it is for, counted from 0; null where its width tells. */
  readonly tensors: readonly { readonly name: string; readonly encoder: number | null }[];
  /** How many vectors stand for the word. */
  readonly vectors: number;
}

/** The words for which a file has vectors. For a LoRA's file use `bundledWords`, which leaves out its other tensors. */
export function embeddingWords(tensors: Tensors): EmbeddingWord[] {
  const words = new Map<string, EmbeddingWord>();
  const zeroBased = [...tensors.keys()].some((name) => ZERO_BASED.test(name));
  for (const [name, tensor] of tensors) {
    const named = nameIn(name.startsWith(BUNDLED) ? name.slice(BUNDLED.length) : name, zeroBased);
    if (!named || !holdsVectors(tensor) || isNote(name, tensor)) continue;
    const { word, encoder } = named;
    const { tensors: others = [], vectors = vectorsIn(tensor) } = words.get(word) ?? {};
    words.set(word, { word, tensors: [...others, { name, encoder }], vectors });
  }
  return together([...words.values()], tensors);
}

/** Two tables of unlike widths, under names that no table knows, are one word's: either alone is of no use to a model. */
function together(words: EmbeddingWord[], tensors: Tensors): EmbeddingWord[] {
  const both = words.flatMap(({ tensors: own }) => own);
  const widths = new Set(both.map(({ name }) => tensors.get(name)?.shape.at(-1)));
  const [one, other, ...more] = words;
  const isPair = one && other && more.length === 0 && both.length === 2 && widths.size === 2;
  const isPlain = both.every(({ encoder }) => encoder === null);
  if (!isPair || !isPlain || one.vectors !== other.vectors) return words;
  return [{ word: '', tensors: both, vectors: one.vectors }];
}

/** The words that were trained together with a LoRA, and are in its file. */
export function bundledWords(lora: Tensors): EmbeddingWord[] {
  return embeddingWords(new Map([...lora].filter(([name]) => isBundled(name))));
}

/** The triggers of each word: its own name, and the file's name if it is the only word. @param file its name, without ending. */
export function triggersOf(
  words: readonly EmbeddingWord[],
  file: string,
): { readonly trigger: string; readonly word: EmbeddingWord }[] {
  return words.flatMap((word) => {
    const triggers = words.length === 1 || word.word === '' ? [file, word.word] : [word.word];
    return [...new Set(triggers)].filter(Boolean).map((trigger) => ({ trigger, word }));
  });
}

/** Whether a file holds such vectors and nothing else: by names, or by shapes where names tell nothing. */
export function isEmbedding(tensors: Tensors): boolean {
  const others = [...tensors].filter(([name, tensor]) => !isNote(name, tensor));
  // The name of a net's module is not a word.
  const isWord = (word: string): boolean =>
    word === '' || ((others.length === 1 || !LAYER.test(word)) && placeOf(word) === null);
  return (
    embeddingWords(tensors).length > 0 &&
    others.every(([name, tensor]) => {
      if (!holdsVectors(tensor)) return false;
      if (name.startsWith(BUNDLED) || OWN_NAMES.test(name)) return true;
      const [word, role] = partsOf(name);
      return isWord(word) && (role !== '' || looksLearned(tensor));
    })
  );
}

/** Whether a tensor is a note about an embedding, such as its token or step, and not its vectors. */
const isNote = (name: string, { shape, dtype }: Tensor): boolean =>
  name.startsWith('string_to_token') || countOf(shape) <= 1 || !isFloat(dtype);

const isFloat = (dtype: string): boolean => /^(?:B?F|F8_)/.test(dtype);
const countOf = (shape: readonly number[]): number => shape.reduce((product, d) => product * d, 1);

const holdsVectors = ({ shape, dtype }: Tensor): boolean =>
  shape.length >= 1 && !shape.includes(0) && isFloat(dtype);

/** How many vectors a table has: its last dimension is their width. */
export const vectorsIn = ({ shape }: Pick<Tensor, 'shape'>): number => countOf(shape.slice(0, -1));

/** Names that only embeddings have, whatever their word is. */
const OWN_NAMES = /(?:^|[./])(?:string_to_param[./].+|emb_params|\*|<.+>)$/;

/** Wide enough for vectors, and no more of them than fit in a prompt. */
const looksLearned = (tensor: Tensor): boolean => lastOf(tensor.shape) >= 32 && vectorsIn(tensor) <= 75; // it has a dimension

const LAYER = /(?:^|[._])(?:weight|bias)$/;

const ENCODER = '(?:clip_[lgh]|t5(?:_?xxl)?|(?:text_encoders?(?:[._]?\\d)?|te_?\\d))(?:_out)?';
/** Names of a text encoder: after a word, before one, or alone. */
const ROLES = [new RegExp(`^(?:(.+)[./])?(${ENCODER})$`, 'i'), new RegExp(`^()(${ENCODER})[./](.+)$`, 'i')];
/** Text encoders counted from 0, as in cog-sdxl; most programs count from 1, or number only the second. */
const ZERO_BASED = /^(?:.+[./])?(?:text_encoders?|te)[._]?0(?:[./].+)?$/i;
/** What some programs write around a name, or in its place. */
const AROUND = /^string_to_param[./](?!\*$)|(?:^|[./])(?:string_to_param[./])?(?:\*|emb_params)$/g;

/** A word and a text encoder in a tensor's name; either may be missing. */
function partsOf(name: string): [word: string, role: string] {
  const rest = name.replace(AROUND, '');
  const [, before = '', role = '', after = ''] = ROLES.map((one) => one.exec(rest)).find(Boolean) ?? [];
  return role ? [before || after, role.toLowerCase()] : [rest, ''];
}

/** A tensor's word and its text encoder; null for an encoder that no model here uses it with. */
function nameIn(name: string, zeroBased: boolean): { word: string; encoder: number | null } | null {
  const [word, role] = partsOf(name);
  if (role === '') return { word, encoder: null };
  // OneTrainer may also learn an encoder's output for a word (`clip_l_out`); here only inputs are replaced.
  if (/^t5|_out$/.test(role)) return null;
  if (role.startsWith('clip')) return { word, encoder: role === 'clip_g' ? 1 : 0 };
  const number = Number(/\d$/.exec(role)?.[0] ?? (zeroBased ? 0 : 1)) - (zeroBased ? 0 : 1);
  return number < 2 ? { word, encoder: number } : null; // the third is T5
}
