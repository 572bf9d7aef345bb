/** What is said of models, of additions to them, and of where they run. */
import type { AddonFacts, DeviceInfo, ModelFacts } from '../../engine/api';
import { bytes, clean, count, roughly } from './format';

/** What an addition to a model is, in a few words. */
export function addonWords(addon: AddonFacts): string {
  switch (addon.kind) {
    case 'lora':
      return `LoRA${addon.base ? ` for ${clean(addon.base, 40)}` : ''}, ${count(addon.modules)} modules`;
    case 'embedding': {
      const words = addon.triggers.map((word) => `“${clean(word, 40)}”`).join(' or ');
      return `Textual inversion: say ${words}, which takes ${addon.vectors} of a prompt's 75 tokens`;
    }
    case 'vae':
      return 'VAE, to be chosen in the settings';
    case 'taesd':
      return 'TAESD, for previews and fast pictures: to be chosen in the settings';
  }
}

/** The WebAssembly heap, in which nets lie that the CPU runs. */
const HEAP_BYTES = 4 * 2 ** 30;

/**
 * What a model asks of where it will run; nothing while that is not known, or for a miniature.
 * @param rates bytes of weights a second, as last measured; 0 where they were not.
 */
export function roomWords(
  { room, miniature }: ModelFacts,
  device: DeviceInfo | null,
  rates: Readonly<Record<DeviceInfo['backend'], number>>,
): string {
  if (!room || !device || miniature) return '';
  const { bytes: need, together } = room[device.float16 ? 'f16' : 'f32'];
  const amount = `about ${bytes(need)}${together ? '' : ', one net after the other'}`;
  const rate = rates[device.backend];
  const wait =
    rate > 0 ? ` Loading ${together ? 'them' : 'the largest'} takes about ${roughly(need / rate)}.` : '';
  if (device.backend === 'webgpu') return `Its weights take ${amount} of graphics memory.${wait}`;
  const tooLarge =
    need > HEAP_BYTES ? ', which is more than a browser gives the CPU: it will most likely not run here' : '';
  return `Its weights take ${amount} of memory${tooLarge}.${tooLarge ? '' : wait}`;
}

export const slowWords: Record<NonNullable<DeviceInfo['slow']>, string> = {
  'no-gpu': 'No graphics card that WebGPU can use here: running on the CPU, which is slow.',
  'imitated-gpu':
    'WebGPU only imitates a graphics card here, which is very slow. The CPU by itself is faster.',
};

/** Where nets run, in a few words; nothing while that is not known. */
export function deviceWords(device: DeviceInfo | null): string {
  if (!device) return '';
  const { backend, name, float16 } = device;
  if (backend === 'wasm') return 'Runs on the CPU.';
  return `Runs on WebGPU: ${clean(name, 60)}, ${float16 ? 'half' : 'full'} precision.`;
}
