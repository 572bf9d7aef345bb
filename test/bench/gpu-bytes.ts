/**
 * How many bytes of GPU buffers there are, by WebGPU's own count: made, and not destroyed. A driver may take longer to
 * give memory back, as one does that imitates a graphics card and is far behind with its work.
 */
let bytes = 0;
let peak = 0;

/** The most there were at one time since this was last asked, of all devices of this thread. */
export function takePeak(): number {
  const most = peak;
  peak = bytes;
  return most;
}

/** To be called once, before the first device is made. */
export function countGpuBytes(): void {
  const sizes = new WeakMap<GPUBuffer, { device: GPUDevice; size: number }>();
  const live = new WeakMap<GPUDevice, number>();
  const change = (device: GPUDevice, by: number): void => {
    live.set(device, (live.get(device) ?? 0) + by);
    bytes += by;
    peak = Math.max(peak, bytes);
  };
  /* eslint-disable @typescript-eslint/unbound-method -- called with the object they belong to */
  const { createBuffer, destroy: destroyDevice } = GPUDevice.prototype;
  const { destroy } = GPUBuffer.prototype;
  /* eslint-enable @typescript-eslint/unbound-method */
  GPUDevice.prototype.createBuffer = function (descriptor) {
    const buffer = createBuffer.call(this, descriptor);
    sizes.set(buffer, { device: this, size: descriptor.size });
    change(this, descriptor.size);
    return buffer;
  };
  GPUBuffer.prototype.destroy = function () {
    const { device, size } = sizes.get(this)!; // made above
    sizes.set(this, { device, size: 0 });
    if (live.has(device)) change(device, -size);
    return destroy.call(this);
  };
  // With it go its buffers.
  GPUDevice.prototype.destroy = function () {
    change(this, -(live.get(this) ?? 0));
    live.delete(this);
    return destroyDevice.call(this);
  };
}
