import type { Machine } from '../../runtime/device';
import type { Backend, DeviceInfo } from '../api';

/**
 * A machine, as the page is told of it.
 * @param wish the backend that was asked for; a CPU that somebody chose is not called slow.
 */
export function describe({ backend, name, float16, imitated }: Machine, wish: Backend): DeviceInfo {
  const slow = imitated ? 'imitated-gpu' : backend === 'wasm' && wish !== 'wasm' ? 'no-gpu' : null;
  return { backend, name, float16, slow };
}
