/** How many compute shaders are started, by WebGPU's own count. */
let count = 0;

/** Since the beginning. */
export const dispatches = (): number => count;

/** To be called once, before the first pass. */
export function countDispatches(): void {
  if (!('GPUComputePassEncoder' in globalThis)) return;
  /* oxlint-disable-next-line typescript/unbound-method -- called with the object they belong to */
  const { dispatchWorkgroups, dispatchWorkgroupsIndirect } = GPUComputePassEncoder.prototype;
  GPUComputePassEncoder.prototype.dispatchWorkgroups = function (...sizes) {
    count++;
    return dispatchWorkgroups.apply(this, sizes);
  };
  GPUComputePassEncoder.prototype.dispatchWorkgroupsIndirect = function (...where) {
    count++;
    return dispatchWorkgroupsIndirect.apply(this, where);
  };
}
