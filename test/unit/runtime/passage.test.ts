import { describe, expect, it } from 'vitest';
import type { Placement } from '../../../src/graph/graph';
import { feed, type Patch } from '../../../src/runtime/feeder';
import { f16ToF32, f32ToF16 } from '../../../src/weights/values/half';
import type { TensorInfo } from '../../../src/weights/safetensors';
import { memorySource } from '../../../src/weights/source';

/** Two tensors of halves, the first larger than what is read at a time and no multiple of it. */
const counts = { large: 3_000_001, small: 5 };
const halves = Uint16Array.from({ length: counts.large + counts.small }, (_, i) => (i * 7) & 0x3fff);
const singles = f16ToF32(halves);

function fed(
  patches: ReadonlyMap<string, Patch> = new Map(),
  dtype: 'f32' | 'f16' = 'f32',
  device?: GPUDevice,
) {
  const width = dtype === 'f32' ? 4 : 2;
  const starts = { large: 0, small: counts.large };
  const names = ['large', 'small'] as const;
  const placements = names.map((key): Placement => {
    return { key, dtype, location: 'w', offset: width * starts[key], length: width * counts[key] };
  });
  const tensors = new Map(
    names.map((key): [string, TensorInfo] => {
      const [begin, end] = [2 * starts[key], 2 * (starts[key] + counts[key])];
      return [key, { name: key, dtype: 'F16', shape: [counts[key]], begin, end }];
    }),
  );
  const told: number[] = [];
  const source = memorySource(new Uint8Array(halves.buffer));
  const { externalData, close } = feed(
    placements,
    tensors,
    source,
    patches,
    (done) => told.push(done),
    undefined,
    device,
  );
  /** As ONNX Runtime does: it asks for a tensor's bytes and copies them. */
  const read = (key: 'large' | 'small') => externalData[0]!.data.subarray(width * starts[key]);
  return { read, close, told };
}

/** Bit by bit: telling how millions of numbers differ takes minutes. */
const same = (bytes: Uint8Array, numbers: Float32Array | Uint16Array): boolean =>
  Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).equals(bytes);

it('gives each tensor whole, converted piece by piece', () => {
  const { read, told } = fed();
  expect(same(read('large'), singles.subarray(0, counts.large))).toBe(true);
  expect(same(read('small'), singles.subarray(counts.large))).toBe(true);
  expect(told).toEqual([4 * counts.large, 4 * halves.length]);
});

it('hands halves on as they are where halves are asked for', () => {
  const { read } = fed(new Map(), 'f16');
  expect(same(read('large'), halves.subarray(0, counts.large))).toBe(true);
  expect(same(read('small'), halves.subarray(counts.large))).toBe(true);
});

const double: Patch = (weights) => weights.forEach((weight, i) => (weights[i] = 2 * weight + i));

it('changes halves in full precision', () => {
  const { read } = fed(new Map([['small', double]]), 'f16');
  const expected = singles.slice(counts.large);
  double(expected);
  expect(same(read('small'), f32ToF16(expected))).toBe(true);
});

it('changes a tensor as a whole', () => {
  const { read } = fed(new Map([['large', double]]));
  const expected = singles.slice(0, counts.large);
  double(expected);
  expect(same(read('large'), expected)).toBe(true);
  expect(same(read('small'), singles.subarray(counts.large))).toBe(true);
});

it('lets all tensors pass through the same memory, and frees it', () => {
  const { read, close } = fed();
  const { buffer } = read('large');
  expect(read('small').buffer).toBe(buffer);
  close();
  expect(buffer.byteLength).toBe(0);
});

describe('on the way to a device', () => {
  /** Whose buffers are memory, and which ONNX Runtime copies a tensor to in its way. */
  function device() {
    const made: { size: number; bytes: ArrayBuffer; destroyed: boolean }[] = [];
    const fake = {
      createBuffer({ size }: GPUBufferDescriptor) {
        const buffer = { size, bytes: new ArrayBuffer(size), destroyed: false, mapped: false };
        made.push(buffer);
        return Object.assign(buffer, {
          getMappedRange() {
            if (buffer.mapped) throw new Error('mapped already');
            buffer.mapped = true;
            return buffer.bytes;
          },
          destroy: () => void (buffer.destroyed = true),
        });
      },
    } as unknown as GPUDevice;
    const copied = (tensor: Uint8Array): { buffer: GPUBuffer; bytes: Uint8Array } => {
      const size = 16 * Math.ceil(tensor.byteLength / 16);
      const buffer = fake.createBuffer({ mappedAtCreation: true, size, usage: 6 });
      const range = buffer.getMappedRange();
      new Uint8Array(range).set(new Uint8Array(tensor.buffer, tensor.byteOffset, tensor.byteLength));
      return { buffer, bytes: new Uint8Array(range, 0, tensor.byteLength) };
    };
    return { fake, made, copied };
  }

  it('a tensor is put together in the buffer that ONNX Runtime would copy it to', () => {
    const { fake, made, copied } = device();
    const { read } = fed(new Map(), 'f16', fake);
    expect(same(copied(read('large')).bytes, halves.subarray(0, counts.large))).toBe(true);
    expect(same(copied(read('small')).bytes, halves.subarray(counts.large))).toBe(true);
    expect(made.map(({ size }) => size)).toEqual([6_000_016, 16]);
  });

  it('one that is taken in another way is whole all the same, and its buffer is given back', () => {
    const { fake, made } = device();
    const { read, close } = fed(new Map(), 'f16', fake);
    expect(same(read('large'), halves.subarray(0, counts.large))).toBe(true);
    const other = fake.createBuffer({ mappedAtCreation: true, size: 32, usage: 6 });
    expect(other.size).toBe(32);
    read('small');
    expect(made.map(({ destroyed }) => destroyed)).toEqual([true, false, false]);
    close();
    expect(made.map(({ destroyed }) => destroyed)).toEqual([true, false, true]);
  });
});
