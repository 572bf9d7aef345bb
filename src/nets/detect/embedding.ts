/**
 * What a textual inversion's file has vectors for. Programs name its tensors after a word, after a text encoder, after
 * both or after neither; of the rest only shapes tell.
 */
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
  return [...words.values()];
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
  return (
    embeddingWords(tensors).length > 0 &&
    others.every(([name, tensor]) => {
      if (!holdsVectors(tensor)) return false;
      const known = name.startsWith(BUNDLED) || OWN_NAMES.test(name);
      // The name of a net's module is not a word.
      const isWord = (others.length === 1 || !LAYER.test(name)) && placeOf(name) === null;
      return known || (looksLearned(tensor) && isWord);
    })
  );
}

/** Whether a tensor is a note about an embedding, such as its token or step, and not its vectors. */
const isNote = (name: string, { shape }: Tensor): boolean =>
  name.startsWith('string_to_token') || shape.reduce((product, d) => product * d, 1) <= 1;

const holdsVectors = ({ shape, dtype }: Tensor): boolean =>
  (shape.length === 1 || shape.length === 2) && !shape.includes(0) && /^(?:B?F|F8_)/.test(dtype);

const vectorsIn = ({ shape }: Tensor): number => (shape.length === 1 ? 1 : shape[0]!);

/** Names that only embeddings have, whatever their word is. */
const OWN_NAMES =
  /(?:^|[./])(?:string_to_param[./].+|emb_params|\*|<.+>)$|^(?:(?:clip_[lgh]|t5)(?:_out)?|text_encoders?(?:_\d)?)$/;

/** Wide enough for vectors, and no more of them than fit in a prompt. */
function looksLearned({ shape }: Tensor): boolean {
  const width = shape.at(-1)!; // it has one dimension or two
  return width >= 32 && (shape.length === 1 || shape[0]! <= 75);
}

const LAYER = /(?:^|[._])(?:weight|bias)$/;

const ENCODER = '(?:clip_[lgh]|t5)_out|clip_[lgh]|t5(?:xxl)?|text_encoders?(?:_\\d)?|te_?\\d';
/** Names of a text encoder: after a word, before one, or alone. */
const ROLES = [new RegExp(`^(?:(.+)[./])?(${ENCODER})$`), new RegExp(`^()(${ENCODER})[./](.+)$`)];
/** Text encoders counted from 0, as in cog-sdxl; most programs count from 1, or number only the second. */
const ZERO_BASED = /^(?:.+[./])?(?:text_encoders?|te)_0(?:[./].+)?$/;

/** A tensor's word and its text encoder; null for an encoder that no model here uses it with. */
function nameIn(name: string, zeroBased: boolean): { word: string; encoder: number | null } | null {
  const plain = /^(?:(?!string_to_param[./])(.+?)[./])?(?:string_to_param[./])?(?:\*|emb_params)$/.exec(name);
  if (plain) return { word: plain[1] ?? '', encoder: null };
  const [, before = '', role, after = ''] = ROLES.map((one) => one.exec(name)).find(Boolean) ?? [];
  if (role === undefined) return { word: name.replace(/^string_to_param[./]/, ''), encoder: null };
  // OneTrainer may also learn an encoder's output for a word (`clip_l_out`); here only inputs are replaced.
  if (/^t5|_out$/.test(role)) return null;
  const word = before || after;
  if (role.startsWith('clip')) return { word, encoder: role === 'clip_g' ? 1 : 0 };
  const number = Number(/\d$/.exec(role)?.[0] ?? (zeroBased ? 0 : 1));
  return { word, encoder: zeroBased ? number : number - 1 };
}
