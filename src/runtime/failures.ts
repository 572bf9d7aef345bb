/** Failures of the machine, as DrobeErrors. */
import { DrobeError, isAbort } from '../errors';

/** Runs GPU work, and throws what the device reports about it. */
export type Watch = <T>(work: () => Promise<T>) => Promise<T>;

/** When the process behind a device is killed, pending calls fail before the loss is reported. */
function gone(cause: unknown): never {
  const reason = cause instanceof Error ? cause.message : String(cause);
  throw new DrobeError('device-lost', { reason }, { cause });
}

/**
 * @returns a function that does some work on the device. @throws DrobeError 'out-of-memory' or 'device-lost' where the
 * device fails meanwhile
 */
export function watched(device: GPUDevice): Watch {
  const unlessLost = failingWith(device);
  return async (work) => {
    device.pushErrorScope('out-of-memory');
    const [outcome] = await Promise.allSettled([unlessLost(work())]);
    // Asked first: it says more than what it led to.
    const error = await unlessLost(device.popErrorScope().catch(gone));
    if (error) throw new DrobeError('out-of-memory', { reason: error.message });
    // What a lost device cuts off fails as if it had been aborted; nobody else aborts.
    if (outcome.status === 'rejected') throw isAbort(outcome.reason) ? gone(outcome.reason) : outcome.reason;
    return outcome.value;
  };
}

/**
 * Makes pending work fail once the device is lost: ONNX Runtime might wait for ever. Each call adds a listener of its own:
 * one shared promise would keep every result alive as long as the device.
 */
function failingWith(device: GPUDevice): <T>(work: Promise<T>) => Promise<T> {
  const waiting = new Set<(loss: DrobeError) => void>();
  let loss: DrobeError | null = null;
  void device.lost.then(({ reason }) => {
    loss = new DrobeError('device-lost', { reason });
    for (const fail of waiting) fail(loss);
  });
  return async (work) => {
    let fail: (loss: DrobeError) => void = () => undefined;
    const lost = new Promise<never>((_, reject) => (fail = reject));
    waiting.add(fail);
    if (loss) fail(loss);
    try {
      return await Promise.race([work, lost]);
    } finally {
      waiting.delete(fail);
    }
  };
}

/**
 * How ONNX Runtime, WebGPU and browsers say that memory ran out. WebAssembly may access memory out of bounds where an
 * allocation failed, and counts bytes in 32 bits.
 */
const NO_MEMORY =
  /out of memory|allocat|too large for the implementation|bad_alloc|memory access out of bounds|out of bounds memory access|aborted\(OOM\)|SafeIntOnOverflow/i;

/** What ONNX Runtime threw: as a DrobeError 'out-of-memory' if its message says so, else as it is. */
export function explained(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof DrobeError || error.name === 'AbortError') return error;
  if (NO_MEMORY.test(error.message)) {
    return new DrobeError('out-of-memory', { reason: error.message }, { cause: error });
  }
  return error;
}
