import { expect, it } from 'vitest';
import { build, input } from '../../../src/graph/graph';
import { linear } from '../../../src/graph/nn';
import { scope } from '../../../src/graph/scope';
import { wasmMachine } from '../../../src/runtime/device';
import type { OrtModule } from '../../../src/runtime/ort';
import { Sessions } from '../../../src/runtime/session';
import type { TensorInfo } from '../../../src/weights/safetensors';
import type { ByteSource } from '../../../src/weights/source';

/** Asks for all weights, as ONNX Runtime does, and says of what goes wrong no more than that. */
const ort = {
  InferenceSession: {
    create(_model: Uint8Array, { externalData }: { externalData: { data: Uint8Array }[] }) {
      try {
        for (const { data } of externalData) data.subarray(0, 8);
      } catch {
        throw new Error('failed to load external data');
      }
      return Promise.resolve({});
    },
  },
} as unknown as OrtModule;

it('a device is given back where the tab has no memory to read a weight into, and the error says what was lacking', async () => {
  let destroyed = false;
  const device = {
    lost: new Promise(() => undefined),
    pushErrorScope: () => undefined,
    popErrorScope: () => Promise.resolve(null),
    createBuffer: () => undefined,
    createCommandEncoder: () => undefined,
    destroy: () => void (destroyed = true),
  } as unknown as GPUDevice;
  const sessions = new Sessions(ort);
  const info: TensorInfo = { name: 'weight', dtype: 'F32', shape: [1, 2], begin: 0, end: 8 };
  const tensors = new Map([['weight', info]]);
  const target = wasmMachine(sessions).target();
  const graph = build({ y: linear(input('x', [1, 2], target), scope(tensors, target)) });
  const source: ByteSource = {
    bytes: 8,
    read() {
      throw new RangeError('Array buffer allocation failed'); // as V8 says it
    },
  };
  const opened = sessions.open(graph, { tensors, source }, () => Promise.resolve(device));
  await expect(opened).rejects.toMatchObject({ code: 'out-of-memory' });
  expect(destroyed).toBe(true);
});
