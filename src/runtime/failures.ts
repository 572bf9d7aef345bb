/** What goes wrong on a machine, in our own words. */
import { DrobeError, isAbort } from '../errors';

/** Runs GPU work and turns what the device says about it into errors. */
export type Watch = <T>(work: () => Promise<T>) => Promise<T>;

/** Where the process behind a device is killed, whatever was asked of it fails before the loss is told. */
function gone(cause: unknown): never {
  const reason = cause instanceof Error ? cause.message : String(cause);
  throw new DrobeError('device-lost', { reason }, { cause });
}

export function watched(device: GPUDevice): Watch {
  // Once lost, ONNX Runtime may wait for ever.
  const lost = device.lost.then(({ reason }) => {
    throw new DrobeError('device-lost', { reason });
  });
  lost.catch(() => undefined); // also settles when nobody runs anything
  return async (work) => {
    device.pushErrorScope('out-of-memory');
    const [outcome] = await Promise.allSettled([Promise.race([work(), lost])]);
    // Asked first: it says more than what it led to.
    const error = await Promise.race([device.popErrorScope().catch(gone), lost]);
    if (error) throw new DrobeError('out-of-memory', { reason: error.message });
    // What a lost device cuts off fails as if it had been aborted; nobody else aborts.
    if (outcome.status === 'rejected') throw isAbort(outcome.reason) ? gone(outcome.reason) : outcome.reason;
    return outcome.value;
  };
}

/**
 * As ONNX Runtime, WebGPU and browsers say it. WebAssembly may go out of its memory's bounds where it got none, and counts
 * bytes in 32 bits.
 */
const NO_MEMORY =
  /out of memory|allocat|bad_alloc|memory access out of bounds|out of bounds memory access|aborted\(OOM\)|SafeIntOnOverflow/i;

export function explained(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof DrobeError || error.name === 'AbortError') return error;
  if (NO_MEMORY.test(error.message)) {
    return new DrobeError('out-of-memory', { reason: error.message }, { cause: error });
  }
  return error;
}
