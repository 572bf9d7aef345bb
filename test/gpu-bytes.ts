/**
 * How many bytes of GPU buffers there are, by WebGPU's own count: made, and not destroyed. And a graphics card with
 * little memory: beyond a budget, buffers are refused as WebGPU refuses them where there is no more. The error is the
 * device's own, by way of a texture that fits nowhere, and the buffer that comes with it is invalid, as the standard has
 * it.
 */
let bytes = 0;
let peak = 0;
let budget = Infinity;

/** So many bytes of buffers at a time are given out, in all by the devices of this thread. */
export function giveBytes(most: number): void {
  budget = most;
}

/** No more buffers than there are now. */
export const refuseBuffers = (): void => giveBytes(bytes);

export const giveBuffers = (): void => giveBytes(Infinity);

/** Bytes of buffers that were made and not destroyed. */
export function bytesInUse(): number {
  return bytes;
}

/** The most that were in use at a time since the last call. */
export function peakBytes(): number {
  const most = peak;
  peak = bytes;
  return most;
}

/** To be called once, before the first device is made. */
export function limitGpuBytes(): void {
  const sizes = new WeakMap<GPUBuffer, { device: GPUDevice; size: number }>();
  const live = new WeakMap<GPUDevice, number>();
  const change = (device: GPUDevice, by: number): void => {
    live.set(device, (live.get(device) ?? 0) + by);
    bytes += by;
    peak = Math.max(peak, bytes);
  };
  /* oxlint-disable typescript/unbound-method -- called with the object they belong to */
  const { createBuffer, destroy: destroyDevice } = GPUDevice.prototype;
  const { destroy } = GPUBuffer.prototype;
  /* oxlint-enable typescript/unbound-method */
  GPUDevice.prototype.createBuffer = function (descriptor) {
    if (bytes + descriptor.size > budget) {
      const size = [8192, 8192, 256]; // 256 GiB
      this.createTexture({ size, format: 'rgba32float', usage: GPUTextureUsage.COPY_DST });
      this.pushErrorScope('validation');
      const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.MAP_WRITE; // which no buffer can have
      const buffer = createBuffer.call(this, { ...descriptor, usage });
      void this.popErrorScope();
      return buffer;
    }
    const buffer = createBuffer.call(this, descriptor);
    sizes.set(buffer, { device: this, size: descriptor.size });
    change(this, descriptor.size);
    return buffer;
  };
  GPUBuffer.prototype.destroy = function () {
    const made = sizes.get(this);
    if (made && live.has(made.device)) change(made.device, -made.size);
    sizes.delete(this);
    return destroy.call(this);
  };
  // With it go its buffers.
  GPUDevice.prototype.destroy = function () {
    change(this, -(live.get(this) ?? 0));
    live.delete(this);
    return destroyDevice.call(this);
  };
}
