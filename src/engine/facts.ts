/** A checkpoint's facts in the form the page shows them. */
import type { Inspected } from '../pipeline/inspect';
import { samplerNames, type SamplerName } from '../sampling/samplers';
import type { ModelFacts } from './api';

/** @param file the file's name, which lends its title to a checkpoint that states none. */
export function factsOf({ model, unused }: Inspected, file: string): ModelFacts {
  const { sampler, ...recommended } = model.recommended;
  return {
    family: model.family,
    kind: model.kind,
    title: model.title ?? file.replace(/\.safetensors$/i, ''),
    dtype: model.dtype,
    multiple: model.vae.factor,
    defaults: { ...recommended, sampler: samplerNamed(sampler), spacing: 'leading' },
    examples: model.examples,
    unused,
    miniature: model.miniature,
  };
}

function samplerNamed(stated: string): SamplerName {
  return samplerNames.find((name) => name.toLowerCase() === stated.toLowerCase()) ?? 'DPM++ 2M Karras';
}
