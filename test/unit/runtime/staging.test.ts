import { describe, expect, it } from 'vitest';
import type { Placement } from '../../../src/graph/graph';
import { feed } from '../../../src/runtime/feeder';
import type { Patch } from '../../../src/runtime/tensor-bytes';
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
    { tensors, source, patches },
    { onBytes: (done) => told.push(done), device },
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
  /** A buffer of a device: memory, and of what sizes it was written to it. */
  class Memory {
    readonly bytes: ArrayBuffer;
    readonly written: number[] = [];
    constructor(size: number) {
      this.bytes = new ArrayBuffer(size);
    }
    getMappedRange = (): ArrayBuffer => this.bytes;
    unmap = (): void => undefined;
    destroy = (): void => undefined;
    take(source: Uint8Array, at: number): void {
      this.written.push(source.length);
      new Uint8Array(this.bytes).set(source, at);
    }
  }

  /** To which ONNX Runtime copies a tensor in its way. */
  function device() {
    const made: Memory[] = [];
    const fake = {
      createBuffer: ({ size }: GPUBufferDescriptor) => made[made.push(new Memory(size)) - 1],
      createCommandEncoder: () => ({
        copyBufferToBuffer: (from: Memory, begin: number, to: Memory, at: number, size: number) =>
          to.take(new Uint8Array(from.bytes, begin, size), at),
      }),
      queue: {
        writeBuffer: (to: Memory, at: number, from: Uint8Array, begin: number, size: number) =>
          to.take(from.subarray(begin, begin + size), at),
      },
    } as unknown as GPUDevice;
    /** @param size as it rounds it. */
    const copied = (tensor: Uint8Array, size = 16 * Math.ceil(tensor.byteLength / 16)): Memory => {
      const staging = fake.createBuffer({ mappedAtCreation: true, size, usage: 6 });
      const range = staging.getMappedRange();
      new Uint8Array(range).set(new Uint8Array(tensor.buffer, tensor.byteOffset, tensor.byteLength));
      staging.unmap();
      const place = new Memory(size);
      fake.createCommandEncoder().copyBufferToBuffer(staging, 0, place as unknown as GPUBuffer, 0, size);
      staging.destroy();
      return place;
    };
    return { fake, made, copied };
  }
  const holds = ({ bytes }: Memory, numbers: Uint16Array): boolean =>
    same(new Uint8Array(bytes, 0, numbers.byteLength), numbers);

  it('a tensor goes to its place from where it is put together, in pieces', () => {
    const { fake, made, copied } = device();
    const { read } = fed(new Map(), 'f16', fake);
    const large = copied(read('large'));
    expect(holds(large, halves.subarray(0, counts.large))).toBe(true);
    expect(large.written).toEqual([2 ** 20, 2 ** 20, 2 ** 20, 2 ** 20, 2 ** 20, 6_000_016 - 5 * 2 ** 20]);
    expect(holds(copied(read('small')), halves.subarray(counts.large))).toBe(true);
    expect(made).toEqual([]);
  });

  it('one that is taken in another way is whole all the same', () => {
    const { fake, made, copied } = device();
    const { read } = fed(new Map(), 'f16', fake);
    expect(holds(copied(read('large'), 6_000_032), halves.subarray(0, counts.large))).toBe(true);
    expect(made.map(({ bytes }) => bytes.byteLength)).toEqual([6_000_032]);
    expect(same(read('small'), halves.subarray(counts.large))).toBe(true);
  });

  it('what it went through is freed, and the device as it was', () => {
    const { fake, made, copied } = device();
    const { read, close } = fed(new Map(), 'f16', fake);
    const tensor = read('large');
    copied(tensor);
    close();
    expect(tensor.buffer.byteLength).toBe(0);
    expect(copied(new Uint8Array(16)).written).toEqual([16]);
    expect(made).toHaveLength(1);
  });
});
