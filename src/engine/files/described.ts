/** Where nets run, as the page is told. */
import type { Machine } from '../../runtime/device';
import type { Backend, DeviceInfo } from '../api';

export function describe({ backend, name, float16, imitated }: Machine, wish: Backend): DeviceInfo {
  const slow = imitated ? 'imitated-gpu' : backend === 'wasm' && wish !== 'wasm' ? 'no-gpu' : null;
  return { backend, name, float16, slow };
}
