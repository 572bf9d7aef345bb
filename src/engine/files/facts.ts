/** A checkpoint's facts in the form the page shows them. */
import type { Inspected } from '../../pipeline/files/inspect';
import { inspectControl } from '../../pipeline/guiding/inspect-control';
import { textWidth } from '../../pipeline/files/loans';
import { chosenBy } from '../../sampling/labels';
import { spacings, type Spacing } from '../../sampling/settings';
import { bundledWords, embeddingWords, triggersOf } from '../../nets/detect/embedding';
import { adapterBase, ipAdapter } from '../../nets/ip-adapter';
import { loraModules } from '../../nets/names/lora-parts';
import { ipAdapterForm } from '../../nets/names/ip-adapter';
import { visionForm } from '../../nets/names/vision';
import { inNormalForm } from '../../nets/names/normal-form';
import { enumerated, listed, partNames } from '../../nets/detect/parts';
import { T5_TOKENIZER } from '../../nets/t5-tokenizer';
import { visionTower } from '../../nets/vision';
import { callName, nameApart } from '../../text/lora';
import { callWord } from '../../text/words';
import { inspectHintNet } from '../../pipeline/hints/hint-net';
import { inspectUpscaler } from '../../pipeline/enlarging/upscaler';
import type { Header } from '../../weights/safetensors';
import type { AddonFacts, ModelEntry, ModelFacts } from '../api';

const ENDING = /\.safetensors$/i;

/** @param file the file's name, which lends its title to a checkpoint that states none. */
export function factsOf({ model, lacks, unused, room }: Inspected, file: string): ModelFacts {
  const { sampler, spacing, ...recommended } = model.recommended;
  return {
    family: model.family,
    kind: model.kind,
    title: model.title ?? file.replace(ENDING, ''),
    dtype: model.dtype,
    multiple: model.vae.factor,
    defaults: { ...recommended, ...(chosenBy(sampler) ?? DEFAULT), spacing: spacingNamed(spacing) },
    ignoresNegative: model.denoiser.guidanceWidth !== null,
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
    textWidth: model.denoiser.contextWidth,
    ...(lacks.length > 0 && { lacks: listed(lacks) }),
    ...(model.denoiser.net === 'mmdit' && { t5: model.t5 !== null }),
  };
}

const DEFAULT = { sampler: 'DPM++ 2M', schedule: 'Karras' } as const;

function spacingNamed(stated: string): Spacing {
  return spacings.find((name) => name === stated.toLowerCase()) ?? 'leading';
}

/** A file's name without folder and ending. */
export const stemOf = (file: string): string => file.replace(/^.*\//, '').replace(ENDING, '');

/** @param file the file's name, by which prompts call it. */
export function loraFacts({ tensors, metadata }: Header, file: string): AddonFacts {
  return {
    kind: 'lora',
    name: callName(stemOf(file)),
    modules: loraModules(tensors.keys()).length,
    base: metadata.get('ss_base_model_version')?.slice(0, 100) ?? null,
    words: bundledWords(tensors)
      .filter(({ word }) => word !== '')
      .map(({ word, vectors }) => ({ trigger: word, vectors })),
  };
}

/** Its words call it; where it has one alone, its file's name does, too. */
export function embeddingFacts({ tensors }: Header, file: string): AddonFacts {
  const name = callWord(stemOf(file));
  const called = triggersOf(embeddingWords(tensors), name);
  const words = called.map(({ trigger, word: { vectors } }) => ({ trigger, vectors }));
  return { kind: 'embedding', name, words };
}

/** CLIP's text models by their widths, as people call them. */
const CLIPS = new Map([
  [768, 'CLIP-L'],
  [1024, 'CLIP-H'],
  [1280, 'CLIP-G'],
]);

/** Parts of a model without a net that draws. */
export function partsFacts({ tensors: own }: Header, file: string): AddonFacts {
  const form = inNormalForm(own);
  const has = (key: string): boolean => form.tensors.has(key);
  const clips = (['text', 'text2'] as const).flatMap((place) => {
    const width = textWidth(form, place);
    return width === null ? [] : [CLIPS.get(width) ?? partNames[place]];
  });
  const holds = [
    ...(has('vae.decoder.conv_in.weight') ? [partNames.vae] : []),
    ...clips,
    ...(has('t5.shared.weight') ? [partNames.t5] : []),
    ...(has(T5_TOKENIZER) ? [partNames.tokenizer] : []),
  ];
  return { kind: 'parts', name: stemOf(file), holds: enumerated(holds) };
}

/** @throws DrobeError 'missing-weight' or 'bad-weight' */
export function ipAdapterFacts({ tensors }: Header, file: string): AddonFacts {
  const adapter = ipAdapter(ipAdapterForm(tensors));
  const { kind: variant, seen, wants: width } = adapter;
  return {
    kind: 'ip-adapter',
    name: stemOf(file),
    variant,
    base: adapterBase(adapter),
    wants: { seen, width },
  };
}

/** @throws DrobeError 'missing-weight' */
export function imageEncoderFacts({ tensors }: Header, file: string): AddonFacts {
  const { width, projection } = visionTower(visionForm(tensors));
  return { kind: 'image-encoder', name: stemOf(file), gives: { embedding: projection, states: width } };
}

/** @throws DrobeError that says what is wrong with it. */
export function controlFacts(header: Header, file: string): AddonFacts {
  const guide = inspectControl(header);
  const { net, base, model } = guide;
  const [kinds, textWidth] =
    guide.net === 'T2I-Adapter' ? [[], 0] : [guide.model.kinds, guide.model.unet.contextWidth];
  return {
    kind: 'control',
    name: stemOf(file),
    net,
    base,
    hintChannels: model.hintChannels,
    ...(textWidth > 0 && { textWidth }),
    ...(kinds.length > 0 && { kinds }),
  };
}

/** @throws DrobeError that says what is wrong with it. */
export function hintNetFacts({ tensors }: Header, file: string): AddonFacts {
  return { kind: 'hint-net', name: stemOf(file), net: inspectHintNet(tensors) };
}

/** @throws as `inspectUpscaler` */
export function upscalerFacts({ tensors }: Header, file: string): AddonFacts {
  const { architecture, scale } = inspectUpscaler(tensors);
  return { kind: 'upscaler', name: stemOf(file), architecture, scale };
}

/** By a name that a prompt can say, whatever letters its file's has: older versions remembered that as it is. */
export function callable(addon: AddonFacts): AddonFacts {
  switch (addon.kind) {
    case 'vae':
    case 'taesd':
    case 'parts':
    case 'control':
    case 'ip-adapter':
    case 'image-encoder':
    case 'upscaler':
    case 'hint-net':
      return addon;
    case 'lora':
      return { ...addon, name: callName(addon.name) };
    case 'embedding': {
      const name = callWord(addon.name);
      const called = (trigger: string): string => (trigger === addon.name ? name : trigger);
      return {
        ...addon,
        name,
        words: addon.words.map((word) => ({ ...word, trigger: called(word.trigger) })),
      };
    }
  }
}

/** The same entries, with a number added to the name of a LoRA that another one has already. */
export function withOwnNames(entries: readonly ModelEntry[]): ModelEntry[] {
  const taken: string[] = [];
  return entries.map((entry) => {
    if (!('addon' in entry) || entry.addon.kind !== 'lora') return entry;
    const name = nameApart(entry.addon.name, taken);
    taken.push(name);
    return { ...entry, addon: { ...entry.addon, name } };
  });
}
