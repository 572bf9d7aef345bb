/** What a model asks of a machine, before a language tells it. */
import type { DeviceInfo, ModelFacts } from '../../engine/api';

export interface Needs {
  readonly of: 'card' | 'memory';
  readonly bytes: number;
  /** All nets at once, or the largest of them. */
  readonly together: boolean;
  /** It is more than a browser has. */
  readonly isTooMuch: boolean;
  /** How long that takes to load; null where it was never measured, or will not be loaded. */
  readonly seconds: number | null;
}

/** The WebAssembly heap, in which nets lie that the CPU runs. */
const HEAP_BYTES = 4 * 2 ** 30;

/**
 * Null while it is not known where the model will run, and for a miniature.
 * @param rates bytes of weights a second, as last measured; 0 where they were not.
 */
export function neededBy(
  { room, miniature }: ModelFacts,
  device: DeviceInfo | null,
  rates: Readonly<Record<DeviceInfo['backend'], number>>,
): Needs | null {
  if (!room || !device || miniature) return null;
  const { bytes, together } = room[device.float16 ? 'f16' : 'f32'];
  const rate = rates[device.backend];
  const isTooMuch = device.backend === 'wasm' && bytes > HEAP_BYTES;
  return {
    of: device.backend === 'webgpu' ? 'card' : 'memory',
    ...{ bytes, together, isTooMuch },
    seconds: rate > 0 && !isTooMuch ? bytes / rate : null,
  };
}
