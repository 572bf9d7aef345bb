import { afterEach, expect, it, vi } from 'vitest';
import { findMachine } from '../../../src/runtime/device';
import type { Sessions } from '../../../src/runtime/session';

afterEach(() => vi.unstubAllGlobals());

it('where the browser gives no graphics adapter any more, no net made for one is opened on the CPU', async () => {
  const adapter = {
    info: { vendor: 'nvidia', architecture: 'ampere', description: '', isFallbackAdapter: false },
    features: new Set(['shader-f16']),
    limits: { maxBufferSize: 2 ** 30, maxStorageBufferBindingSize: 2 ** 30 },
  };
  const requestAdapter = vi.fn<() => Promise<unknown>>().mockResolvedValue(adapter);
  vi.stubGlobal('navigator', { gpu: { requestAdapter } });
  const machine = await findMachine({} as Sessions, 'webgpu');
  expect(machine.target().dtype).toBe('f16');
  requestAdapter.mockResolvedValue(null);
  await expect(machine.openDevice()).rejects.toMatchObject({ code: 'device-lost' });
});
