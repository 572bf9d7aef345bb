/** What a file is, by its header: a checkpoint, something to add to one, or a problem. */
import { DrobeError, toDrobeError } from '../../errors';
import { inspect } from '../../pipeline/files/inspect';
import type { Header } from '../../weights/safetensors';
import type { AddonFacts, Inspection, ModelFacts, Problem } from '../api';
import {
  controlFacts,
  embeddingFacts,
  factsOf,
  hintNetFacts,
  imageEncoderFacts,
  ipAdapterFacts,
  loraFacts,
  partsFacts,
  stemOf,
  upscalerFacts,
} from './facts';

/** What a file is: a checkpoint, or something to add to one. */
export type What = { readonly facts: ModelFacts } | { readonly addon: AddonFacts };

/** A checkpoint or something to add to one. @throws DrobeError that says what else it is. */
export function whatIs(header: Header, file: string): What {
  try {
    return { facts: factsOf(inspect(header), file) };
  } catch (thrown) {
    const { code } = toDrobeError(thrown);
    if (code === 'file-is-lora') return { addon: loraFacts(header, file) };
    if (code === 'file-is-control') return { addon: controlFacts(header, file) };
    if (code === 'file-is-taesd') return { addon: { kind: 'taesd', name: stemOf(file) } };
    if (code === 'file-is-parts') return { addon: partsFacts(header, file) };
    if (code === 'file-is-vae') return { addon: { kind: 'vae', name: stemOf(file) } };
    if (code === 'file-is-ip-adapter') return { addon: ipAdapterFacts(header, file) };
    if (code === 'file-is-image-encoder') return { addon: imageEncoderFacts(header, file) };
    if (code === 'file-is-upscaler') return { addon: upscalerFacts(header, file) };
    if (code === 'file-is-hint-net') return { addon: hintNetFacts(header, file) };
    if (code === 'file-is-embedding') return { addon: embeddingFacts(header, file) };
    throw thrown;
  }
}

/** As `whatIs`, with an error as a problem. */
export function verdictOn(header: Header, file: string): Inspection['verdict'] {
  try {
    return whatIs(header, file);
  } catch (thrown) {
    return { problem: problemOf(thrown) };
  }
}

/** An error as the page is told of it: its code and facts. */
export function problemOf(thrown: unknown): Problem {
  const { code, facts } = toDrobeError(thrown);
  return { code, facts };
}

/** Endings of what may be a model that was damaged. */
const MODEL = /\.(?:safetensors|sft|ckpt|pth?|bin)$/i;

/** What programs that split files call the pieces. */
const PIECE = /\.(?:safetensors|sft|ckpt|pth?|bin)\.(?:\d{2,3}|part\d+)$/i;

/** Why a file's header cannot be read: one that is named as no model is, is none, rather than damaged. */
export function unreadAs(error: DrobeError, file: string): DrobeError {
  if (PIECE.test(file)) return new DrobeError('file-is-split', {}, { cause: error });
  return error.code === 'bad-header' && !MODEL.test(file)
    ? new DrobeError('file-is-other', {}, { cause: error })
    : error;
}
