/** The memory in which a tensor's pieces are put together for ONNX Runtime. */
import { free } from '../weights/source';

/** Calls `put` with each piece of a tensor, in order. */
export type Fill = (put: (piece: Uint8Array<ArrayBuffer>) => void) => void;

/** Memory in which tensors are put together on their way to the device. */
export interface Staging {
  /** A tensor of `length` bytes. It is valid until the next one is taken. */
  readonly take: (fill: Fill, length: number) => Uint8Array;
  /** Frees the memory. */
  readonly close: () => void;
}

/**
 * The same bytes, again and again: ONNX Runtime copies each tensor before it asks for the next.
 * @param most bytes of a tensor.
 */
export function stagingInMemory(most: number): Staging {
  const bytes = new Uint8Array(most);
  return {
    take(fill, length) {
      putTogether(fill, bytes);
      return bytes.subarray(0, length);
    },
    close: () => free(bytes),
  };
}

/** So many bytes go to the device at a time. */
const PIECE = 2 ** 20;

/**
 * One piece of memory for all tensors, from which they go to the device in pieces. For each tensor ONNX Runtime creates a mapped
 * buffer that the tab shares with the graphics process, copies the tensor into it, and has the device copy it to its place. The further
 * that process fell behind, the more such buffers there were at a time. Here ONNX Runtime is given a stand-in for that buffer, whose
 * bytes are those that contain the tensor already. If it asks for another kind of buffer, or none, it copies as usual.
 * @param most bytes of a tensor.
 */
export function stagingOn(device: GPUDevice, most: number): Staging {
  const bytes = new Uint8Array(rounded(most));
  let waiting: number | null = null;
  const createBuffer = device.createBuffer.bind(device);
  const createCommandEncoder = device.createCommandEncoder.bind(device);
  const staging: StandIn = { getMappedRange: () => bytes.buffer, unmap: ignored, destroy: ignored };
  device.createBuffer = (descriptor) => {
    if (!descriptor.mappedAtCreation || descriptor.size !== waiting) return createBuffer(descriptor);
    waiting = null;
    return staging as GPUBuffer; // nothing else is asked of it
  };
  device.createCommandEncoder = (descriptor) => {
    const encoder = createCommandEncoder(descriptor);
    const copy = encoder.copyBufferToBuffer.bind(encoder) as (...what: unknown[]) => undefined;
    encoder.copyBufferToBuffer = (...what: unknown[]): undefined => {
      if (what[0] !== staging) return copy(...what);
      const [, from, to, at, size] = what as [StandIn, number, GPUBuffer, number, number];
      for (let done = 0; done < size; done += PIECE)
        device.queue.writeBuffer(to, at + done, bytes, from + done, Math.min(PIECE, size - done));
    };
    return encoder;
  };
  return {
    take(fill, length) {
      waiting = rounded(length);
      putTogether(fill, bytes);
      return bytes.subarray(0, length);
    },
    close() {
      free(bytes);
      device.createBuffer = createBuffer;
      device.createCommandEncoder = createCommandEncoder;
    },
  };
}

type StandIn = Pick<GPUBuffer, 'getMappedRange' | 'unmap' | 'destroy'>;

const ignored = (): undefined => undefined;

/** As ONNX Runtime does it. */
const rounded = (bytes: number): number => 16 * Math.ceil(bytes / 16);

function putTogether(fill: Fill, bytes: Uint8Array): void {
  let at = 0;
  fill((piece) => {
    bytes.set(piece, at);
    at += piece.length;
  });
}
