import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { DenoiserValues } from '../../../../src/pipeline/batch';
import type { Controls } from '../../../../src/pipeline/guiding/controls';
import type { OpenControlNet } from '../../../../src/pipeline/guiding/open-control';
import { sumThere, type Asking } from '../../../../src/pipeline/guiding/residuals';
import type { Control } from '../../../../src/pipeline/job';
import { DeviceValue, Unusable } from '../../../../src/runtime/device-value';
import { Place } from '../../../../src/runtime/place';

// Node has no WebGPU.
beforeAll(() => vi.stubGlobal('GPUBufferUsage', { STORAGE: 128, COPY_SRC: 4, COPY_DST: 8, UNIFORM: 64 }));
afterAll(() => vi.unstubAllGlobals());

/** A device that computes nothing, and knows how often each of its buffers was destroyed. */
function countingDevice(): { device: GPUDevice; destroyed: number[] } {
  const destroyed: number[] = [];
  const nothing = (): unknown => new Proxy({}, { get: () => () => nothing() });
  const device = {
    lost: new Promise(() => undefined),
    queue: { writeBuffer: () => undefined, submit: () => undefined },
    createBuffer: () => {
      const n = destroyed.push(0) - 1;
      return { destroy: () => destroyed[n]!++ };
    },
    createCommandEncoder: nothing,
    createShaderModule: nothing,
    createComputePipeline: nothing,
    createBindGroup: nothing,
    destroy: () => undefined,
  };
  return { device: device as unknown as GPUDevice, destroyed };
}

const SIZES = [3, 2];
const net = { kind: 'ControlNet' } as OpenControlNet;
const control = (weight: number): Control =>
  ({ weight, mode: 'balanced', start: 0, end: 1 }) as Partial<Control> as Control;
const values = {
  latents: { data: new Float32Array(2), shape: [2, 1, 1, 1] },
} as Partial<DenoiserValues> as DenoiserValues;

/** @param counts how much each picture counts for the two members of the batch. */
function asking(
  counts: readonly (readonly number[])[],
  give: (batch: number) => DeviceValue,
  single = false,
): { asked: Asking; batches: number[] } {
  const batches: number[] = [];
  const controls = {
    single,
    residualSizes: () => SIZES,
    residualsThere: (_net: OpenControlNet, told: DenoiserValues) => {
      const batch = told.latents.shape[0]!;
      batches.push(batch);
      return Promise.resolve().then(() => give(batch));
    },
  } as Partial<Controls> as Controls;
  const read = counts.map(() => ({ control: control(1), net, hint: new Float32Array() }));
  const weightsFor = (one: Control): readonly number[] =>
    counts[read.findIndex((other) => other.control === one)]!;
  const size = { h: 1, w: 1 };
  return { asked: { controls, read, weightsFor, values, size, report: () => undefined }, batches };
}

it.each([
  ['one picture', [[1, 1]], false, [2]],
  [
    'several',
    [
      [1, 1],
      [0.5, 0.5],
    ],
    false,
    [2, 2],
  ],
  ['one for some of the batch', [[1, 0]], false, [1]],
  [
    'a net that reads two, for others each',
    [
      [1, 0],
      [1, 1],
    ],
    false,
    [2, 2],
  ],
  [
    'members one by one',
    [
      [1, 1],
      [0, 1],
    ],
    true,
    [1, 1, 1, 1],
  ],
])('of residuals on the device one buffer is left: %s', async (_, counts, single, expected) => {
  const { device, destroyed } = countingDevice();
  const place = new Place(device);
  const { asked, batches } = asking(counts, (batch) => new DeviceValue(place, device, [batch, 5]), single);
  const sum = await sumThere(asked);
  expect(batches).toEqual(expected);
  expect(sum?.shape).toEqual([2, 5]);
  expect(destroyed.filter((times) => times === 0)).toHaveLength(1);
  sum?.release();
  expect(new Set(destroyed)).toEqual(new Set([1]));
});

it('nothing is made where nothing counts', async () => {
  const { asked, batches } = asking([[0, 0]], () => {
    throw new Error('asked');
  });
  expect(await sumThere(asked)).toBeNull();
  expect(batches).toEqual([]);
});

it('nothing is left where a net fails, or where the device went with one that was opened anew', async () => {
  const { device, destroyed } = countingDevice();
  const place = new Place(device);
  let times = 0;
  const failing = asking(
    [
      [1, 1],
      [1, 0],
    ],
    () => {
      if (times++ > 0) throw new Error('no memory');
      return new DeviceValue(place, device, [2, 5]);
    },
  );
  await expect(sumThere(failing.asked)).rejects.toThrow('no memory');
  expect(destroyed).toEqual([1]);

  const other = countingDevice();
  const second = new Place(other.device);
  const moving = asking(
    [
      [1, 1],
      [1, 1],
    ],
    () => {
      if (place.isOpen) {
        const given = new DeviceValue(place, device, [2, 5]);
        void place.close();
        return given;
      }
      return new DeviceValue(second, other.device, [2, 5]);
    },
  );
  await expect(sumThere(moving.asked)).rejects.toThrow(Unusable);
  expect([...destroyed, ...other.destroyed]).toEqual([1, 1, 1]);
});
