/** How a problem becomes a sentence, in whichever language. */
import type { DrobeError, ErrorCode, Facts } from '../../errors';
import { clean } from './format';

/** What a sentence may be made of. Facts come from files and are only ever shown as text. */
export interface Told {
  /** The file it is about, as the language calls it at the beginning of a sentence. */
  readonly file: string;
  /** Its name is known. */
  readonly isNamed: boolean;
  /** A fact in bytes, less another one. */
  readonly size: (fact: string, less?: string) => string;
  readonly text: (fact: string) => string;
}

/** Each says what happened and what to do next: one table, so that no problem stays without words. */
export type Sentences = Readonly<Record<ErrorCode, (told: Told) => string>>;

/** What a language has for all of them. */
interface Manner {
  /** @param name empty where it is not known. */
  readonly file: (name: string) => string;
  readonly bytes: (count: number) => string;
  /** So many bytes, where nobody knows how many. */
  readonly unknownSize: string;
}

/** The sentence for a problem, about a file where that is known. */
export function sentenceOf(sentences: Sentences, manner: Manner) {
  return ({ code, facts }: Pick<DrobeError, 'code' | 'facts'>, file?: string): string => {
    const name = clean(file ?? textOf(facts, 'file'));
    return sentences[code]({
      file: manner.file(name),
      isNamed: name !== '',
      size: (fact, less) => sizeOf(manner, facts, fact, less),
      text: (fact) => textOf(facts, fact),
    });
  };
}

function textOf(facts: Facts, fact: string): string {
  return clean(String(facts[fact] ?? ''), 200).replace(/[.\s]+$/, '');
}

function sizeOf(manner: Manner, facts: Facts, fact: string, less?: string): string {
  const size = Number(facts[fact] ?? NaN) - (less === undefined ? 0 : Number(facts[less] ?? NaN));
  return Number.isFinite(size) ? manner.bytes(size) : manner.unknownSize;
}

/** A reason in brackets, where there is one. */
export const because = (reason: string): string => reason && ` (${reason})`;

/** The parts that can be missing from a model, and the file of each in a folder of diffusers. */
const modelParts = [
  { part: 'unet', called: /\bUNet\b/, file: 'unet/diffusion_pytorch_model.safetensors' },
  { part: 'vae', called: /\bVAE\b/, file: 'vae/diffusion_pytorch_model.safetensors' },
  { part: 'text', called: /(?<!second )text encoder/, file: 'text_encoder/model.safetensors' },
  { part: 'text2', called: /second text encoder/, file: 'text_encoder_2/model.safetensors' },
] as const;

/** @param parts as an error names them: "VAE and text encoder". */
export const missingParts = (parts: string): readonly (typeof modelParts)[number][] =>
  modelParts.filter(({ called }) => called.test(parts));

export const filesOf = (parts: string): string =>
  missingParts(parts)
    .map(({ file }) => file)
    .join(', ');
