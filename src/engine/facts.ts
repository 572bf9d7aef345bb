/** A checkpoint's facts in the form the page shows them. */
import type { Inspected } from '../pipeline/inspect';
import { chosenBy } from '../sampling/labels';
import { spacings, type Spacing } from '../sampling/settings';
import { bundledWords, embeddingWords, triggersOf } from '../nets/embedding';
import { loraModules } from '../nets/names/lora-parts';
import type { Header } from '../weights/safetensors';
import type { AddonFacts, ModelFacts } from './api';

/** @param file the file's name, which lends its title to a checkpoint that states none. */
export function factsOf({ model, unused, room }: Inspected, file: string): ModelFacts {
  const { sampler, spacing, ...recommended } = model.recommended;
  return {
    family: model.family,
    kind: model.kind,
    title: model.title ?? file.replace(/\.safetensors$/i, ''),
    dtype: model.dtype,
    multiple: model.vae.factor,
    defaults: { ...recommended, ...(chosenBy(sampler) ?? DEFAULT), spacing: spacingNamed(spacing) },
    ignoresNegative: model.unet.guidanceWidth !== null,
    examples: model.examples,
    unused,
    miniature: model.miniature,
    predicts: {
      prediction: model.prediction,
      zeroSnr: model.scheduler.zeroSnr ?? false,
      sigmaMax: model.noise.kind === 'continuous' ? model.noise.sigmaMax : null,
      told: model.told,
    },
    room,
  };
}

const DEFAULT = { sampler: 'DPM++ 2M', schedule: 'Karras' } as const;

function spacingNamed(stated: string): Spacing {
  return spacings.find((name) => name === stated.toLowerCase()) ?? 'leading';
}

/** A file's name without folder and ending. */
export const stemOf = (file: string): string => file.replace(/^.*\/|\.safetensors$/gi, '');

/** @param file the file's name, by which prompts call it. */
export function loraFacts({ tensors, metadata }: Header, file: string): AddonFacts {
  return {
    kind: 'lora',
    name: stemOf(file),
    modules: loraModules(tensors.keys()).length,
    base: metadata.get('ss_base_model_version')?.slice(0, 100) ?? null,
    words: bundledWords(tensors)
      .filter(({ word }) => word !== '')
      .map(({ word, vectors }) => ({ trigger: word, vectors })),
  };
}

/** Its words call it; where it has one alone, its file's name does, too. */
export function embeddingFacts({ tensors }: Header, file: string): AddonFacts {
  const called = triggersOf(embeddingWords(tensors), stemOf(file));
  const words = called.map(({ trigger, word: { vectors } }) => ({ trigger, vectors }));
  return { kind: 'embedding', name: stemOf(file), words };
}
