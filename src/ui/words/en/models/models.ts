/** What is said of models, of additions to them, and of where they run. */
import type {
  AddonFacts,
  DeviceInfo,
  HintNetFacts,
  IpAdapterFacts,
  LoraUse,
  ModelFacts,
  Trigger,
  Unused,
} from '../../../../engine/api';
import type { Addon } from '../../../models/entries';
import type { Remark } from '../../../models/library.svelte';
import { clean } from '../../format';
import { neededBy } from '../../needs';
import { towerFor, towerName } from '../../towers';
import { format, plural } from '../format';

const { bytes, count, roughly } = format;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const counted = (modules: number): string =>
  plural(modules, { one: '1 module', other: `${count(modules)} modules` });

/**
 * What an addition to a model is, in a few words.
 * @param use how much of a LoRA the chosen model uses, where that is known.
 */
function addonWords(addon: AddonFacts, use?: LoraUse | null): string {
  switch (addon.kind) {
    case 'lora':
      return [
        `LoRA${addon.base ? ` for ${clean(addon.base, 40)}` : ''}`,
        use && use.unused.length > 0 ? useWords(use) : counted(addon.modules),
        ...(addon.words?.length ? [`and while it is on ${triggerWords(addon.words)}`] : []),
      ].join(', ');
    case 'embedding':
      return `Textual inversion: say ${triggerWords(addon.words)}`;
    case 'vae':
      return 'VAE, to be chosen under “Advanced”';
    case 'parts':
      return `${capital(addon.holds)}, for models that have none`;
    case 'taesd':
      return 'TAESD, for previews and fast pictures: to be chosen under “Advanced”';
    case 'upscaler':
      return `Upscaler (${clean(addon.architecture, 40)}): makes finished pictures ${addon.scale} × as large`;
    case 'hint-net':
      return `${hintNetName[addon.net]}: makes hints, as a preprocessor under “Control”`;
    case 'control':
      return `${addon.net} for ${clean(addon.base, 60)}: to be chosen under “Control”`;
    case 'ip-adapter':
      return `${adapterName[addon.variant]} for ${clean(addon.base, 60)}: to be chosen under “Reference image”`;
    case 'image-encoder':
      return `Image encoder ${towerName(addon)}, which looks at pictures for IP-Adapters`;
  }
}

const hintNetName: Record<HintNetFacts['net'], string> = {
  'Depth Anything': 'Depth (Depth Anything)',
  'Informative drawings': 'Line art (informative drawings)',
  HED: 'Soft edges (HED)',
};

const adapterName: Record<IpAdapterFacts['variant'], string> = {
  plain: 'IP-Adapter',
  plus: 'IP-Adapter Plus',
  full: 'IP-Adapter Full',
};

/** The file that gives an IP-Adapter what it must have. */
function encoderWanted(seen: string, width: number): string {
  const known = towerFor(seen, width);
  if (known) return `CLIP ${known.name}, which is ${known.at} of h94/IP-Adapter on Hugging Face`;
  return seen === 'embedding'
    ? `a CLIP image encoder that gives ${width} numbers for a picture`
    : `a CLIP image encoder that is ${width} wide`;
}

/** Words and the tokens that they take: “dog” or “toy”, which takes 2 of a prompt's 75 tokens. */
function triggerWords(words: readonly Trigger[]): string {
  const called = ({ trigger }: Trigger): string => `“${clean(trigger, 40)}”`;
  const takes = ({ vectors }: Trigger): string => `takes ${vectors} of a prompt's 75 tokens`;
  const [first, ...others] = words;
  if (first && others.every(({ vectors }) => vectors === first.vectors))
    return `${words.map(called).join(' or ')}, which ${takes(first)}`;
  return words.map((word) => `${called(word)}, which ${takes(word)}`).join(', or ');
}

/** Why modules are not used: of one, and of several. */
const unusedWords: Readonly<Record<Unused['why'], readonly [one: string, several: string]>> = {
  unet: ['belongs to a UNet this model does not have', 'belong to a UNet this model does not have'],
  mmdit: ['belongs to an MMDiT this model does not have', 'belong to an MMDiT this model does not have'],
  t5: ['belongs to T5, which this model does not have', 'belong to T5, which this model does not have'],
  vae: [
    'belongs to a VAE, which LoRAs do not change here',
    'belong to a VAE, which LoRAs do not change here',
  ],
  text: [
    'belongs to a text encoder this model does not have',
    'belong to a text encoder this model does not have',
  ],
  text2: [
    'belongs to a text encoder this model does not have',
    'belong to a text encoder this model does not have',
  ],
  module: ['is for a layer this model does not have', 'are for layers this model does not have'],
  size: ['is for a layer of another size', 'are for layers of other sizes'],
  incomplete: ['lacks some of its matrices', 'lack some of their matrices'],
  kind: ['is of a kind not known here', 'are of a kind not known here'],
  part: ['has a part that is not known here', 'have parts that are not known here'],
};

/** How much of a LoRA a model uses: "144 of 216 modules used; 72 belong to a text encoder this model does not have". */
function useWords({ used, modules, unused }: LoraUse): string {
  const others = unused.map(({ why, such, count: number }) => {
    const [one, several] = unusedWords[why];
    const example = why === 'kind' || why === 'part' ? ` (${clean(such, 40)})` : '';
    return `${count(number)} ${number === 1 ? one : several}${example}`;
  });
  return [`${count(used)} of ${counted(modules)} used`, ...others].join('; ');
}

/** A file that was chosen, and is not here any more. */
const goneWords = (name: string): string => `${clean(name, 60)} (not here)`;

/** Why nothing can be made larger. */
const noUpscalerWords =
  'To make pictures larger, import an upscaler: ESRGAN, Real-ESRGAN, BSRGAN, SPSR or Compact, as .safetensors.';

/** Files that add to models have come: what they are, and where they are used. */
function additionsWords(entries: readonly Addon[]): string {
  const [first, ...others] = entries;
  if (!first) return '';
  if (others.length > 0)
    return `${count(entries.length)} files are here now: “Models on this device” says what each is for.`;
  const what = first.addon.kind === 'lora' ? 'tick it under “LoRAs”' : addonWords(first.addon);
  return `${clean(first.file, 80)} is here now: ${what}.`;
}

/** What a person should know of a file that was imported. */
function remarkWords(remark: Remark): string {
  if (remark.kind === 'additions') return additionsWords(remark.entries);
  const file = clean(remark.file, 80);
  switch (remark.kind) {
    case 'renamed':
      return `Something else here is called ${file}, so this one is called ${clean(remark.name, 80)}. Both can be used, and renamed under “Models on this device”.`;
    case 'again':
      return `${file} is here already: it is the same file.`;
    case 'arrived':
      return `${file} is here now. You are working with another model, so it was not chosen.`;
  }
}

/**
 * What a model asks of where it will run; nothing while that is not known, or for a miniature.
 * @param rates bytes of weights a second, as last measured; 0 where they were not.
 */
function roomWords(
  facts: ModelFacts,
  device: DeviceInfo | null,
  rates: Readonly<Record<DeviceInfo['backend'], number>>,
): string {
  const need = neededBy(facts, device, rates);
  if (!need) return '';
  const { together, seconds } = need;
  const amount = `about ${bytes(need.bytes)}${together ? '' : ', one net after the other'}`;
  const wait =
    seconds === null ? '' : ` Loading ${together ? 'them' : 'the largest'} takes about ${roughly(seconds)}.`;
  if (need.of === 'card') return `Its weights take ${amount} of graphics memory.${wait}`;
  const tooLarge = need.isTooMuch
    ? ', which is more than a browser gives the CPU: it will most likely not run here'
    : '';
  return `Its weights take ${amount} of memory${tooLarge}.${wait}`;
}

const slowWords: Record<NonNullable<DeviceInfo['slow']>, string> = {
  'no-gpu': 'Drawing is slow: no usable graphics card.',
  'imitated-gpu':
    'WebGPU only imitates a graphics card here, which is very slow. The CPU by itself is faster.',
};

/** Where nets run, in a few words; nothing while that is not known. */
function deviceWords(device: DeviceInfo | null): string {
  if (!device) return '';
  const { backend, name, float16 } = device;
  if (backend === 'wasm') return 'Runs on the CPU.';
  return `Runs on WebGPU: ${clean(name, 60)}, ${float16 ? 'half' : 'full'} precision.`;
}

export const models = {
  addon: addonWords,
  encoderWanted,
  use: useWords,
  gone: goneWords,
  noUpscaler: noUpscalerWords,
  remark: remarkWords,
  room: roomWords,
  slow: slowWords,
  lostCard:
    'The graphics card is gone: from now on the CPU draws, slowly. Reloading the page may bring the card back.',
  device: deviceWords,
};
