/** Numbers that stay on the device where a net made them, for another net there. */
import { sizeOf, type Shape } from '../graph/graph';
import type { Place } from './place';

/** ONNX Runtime binds buffers in multiples of 16 bytes. */
const ALIGNMENT = 16;

/** A buffer that ONNX Runtime reads and writes, and we copy from and to. WebGPU makes them of zeros. */
export function storage(device: GPUDevice, bytes: number): GPUBuffer {
  return device.createBuffer({
    size: Math.ceil(bytes / ALIGNMENT) * ALIGNMENT,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  });
}

/** A value on a device cannot be used: its device is lost, or it is not finite. */
export class Unusable extends Error {}

/** A batch [members, numbers] in f32, on a device. Its owner must release it, once. */
export class DeviceValue {
  readonly shape: Shape;
  readonly buffer: GPUBuffer;
  readonly #place: Place;
  readonly #device: GPUDevice;

  /** Zeros. */
  constructor(place: Place, device: GPUDevice, shape: Shape) {
    this.shape = shape;
    this.#place = place;
    this.#device = device;
    this.buffer = storage(device, Float32Array.BYTES_PER_ELEMENT * sizeOf(shape));
  }

  /** A value of zeros with as many numbers a member. @param members how many it has. */
  zeros(members: number): DeviceValue {
    return new DeviceValue(this.#place, this.#device, this.shape.with(0, members));
  }

  /** Whether a net there can be fed it. */
  isAt(place: Place): boolean {
    return place === this.#place && place.isOpen;
  }

  get #numbers(): number {
    return sizeOf(this.shape.slice(1));
  }

  /** A copy of these members, in this order, which must be released too. */
  copied(rows: readonly number[]): DeviceValue {
    const copy = this.zeros(rows.length);
    const bytes = Float32Array.BYTES_PER_ELEMENT * this.#numbers;
    const encoder = this.#device.createCommandEncoder();
    for (const [i, n] of rows.entries()) {
      encoder.copyBufferToBuffer(this.buffer, n * bytes, copy.buffer, i * bytes, bytes);
    }
    this.#device.queue.submit([encoder.finish()]);
    return copy;
  }

  /** Adds each member of another to that of these rows here. @throws Unusable where that is on another device. */
  add(other: DeviceValue, rows: readonly number[]): void {
    const device = this.#device;
    if (!other.isAt(this.#place)) throw new Unusable();
    const pipeline = adding(device);
    const numbers = this.#numbers;
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    const told = rows.map((n, i) => {
      const buffer = device.createBuffer({
        size: 16,
        usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
      });
      device.queue.writeBuffer(buffer, 0, Uint32Array.of(n * numbers, i * numbers, numbers, 0));
      const resources = [this.buffer, other.buffer, buffer];
      pass.setBindGroup(
        0,
        device.createBindGroup({
          layout: pipeline.getBindGroupLayout(0),
          entries: resources.map((buffer, binding) => ({ binding, resource: { buffer } })),
        }),
      );
      pass.dispatchWorkgroups(Math.min(MOST_GROUPS, Math.ceil(numbers / GROUP)));
      return buffer;
    });
    pass.end();
    device.queue.submit([encoder.finish()]);
    for (const buffer of told) buffer.destroy(); // once the work is done
  }

  release(): void {
    this.buffer.destroy();
  }
}

/** Invocations of a workgroup, which every device has, and workgroups: beyond that each does more. */
const GROUP = 64;
const MOST_GROUPS = 4096;

const ADDING = /* wgsl */ `
  struct Range { to: u32, from_: u32, count: u32 }
  @group(0) @binding(0) var<storage, read_write> sum: array<f32>;
  @group(0) @binding(1) var<storage, read> more: array<f32>;
  @group(0) @binding(2) var<uniform> range: Range;

  @compute @workgroup_size(${GROUP})
  fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    for (var i = id.x; i < range.count; i += groups.x * ${GROUP}u) {
      sum[range.to + i] += more[range.from_ + i];
    }
  }
`;

const pipelines = new WeakMap<GPUDevice, GPUComputePipeline>();

function adding(device: GPUDevice): GPUComputePipeline {
  const known = pipelines.get(device);
  if (known) return known;
  const module = device.createShaderModule({ code: ADDING });
  const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module } });
  pipelines.set(device, pipeline);
  return pipeline;
}
