import { DrobeError } from '../errors';

/** The bytes of a checkpoint, read synchronously: ONNX Runtime asks for weights in the middle of its own work. */
export interface ByteSource {
  readonly bytes: number;
  /** The bytes from begin to before end, which the caller does not write to. */
  read(begin: number, end: number): Uint8Array<ArrayBuffer>;
}

/** A checkpoint that is in memory already. */
export function memorySource(bytes: Uint8Array<ArrayBuffer>): ByteSource {
  return {
    bytes: bytes.length,
    read(begin, end) {
      checkRange(begin, end, bytes.length);
      return bytes.subarray(begin, end);
    },
  };
}

/** A checkpoint in Blobs that lie one after another. Works in a dedicated worker only, where FileReaderSync is. */
export function blobSource(parts: readonly Blob[]): ByteSource {
  const starts: number[] = [];
  let total = 0;
  for (const part of parts) {
    starts.push(total);
    total += part.size;
  }
  const reader = new FileReaderSync();

  return {
    bytes: total,
    read(begin, end) {
      checkRange(begin, end, total);
      let i = starts.findLastIndex((start) => start <= begin);
      if (begin === end) return new Uint8Array(0);
      const first = readPart(reader, parts[i]!, begin - starts[i]!, end - starts[i]!);
      if (first.length === end - begin) return first;

      const whole = new Uint8Array(end - begin);
      whole.set(first);
      let at = first.length;
      while (at < whole.length) {
        const piece = readPart(reader, parts[++i]!, 0, whole.length - at);
        whole.set(piece, at);
        at += piece.length;
      }
      return whole;
    },
  };
}

/** As much of one part as lies between begin and end. */
function readPart(reader: FileReaderSync, part: Blob, begin: number, end: number): Uint8Array<ArrayBuffer> {
  const slice = part.slice(begin, Math.min(end, part.size));
  try {
    return new Uint8Array(reader.readAsArrayBuffer(slice));
  } catch (cause) {
    // The file was moved, changed or evicted since we got hold of it.
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DrobeError('storage', { reason }, { cause });
  }
}

function checkRange(begin: number, end: number, bytes: number): void {
  if (!(begin >= 0 && begin <= end && end <= bytes)) {
    throw new DrobeError('bug', { reason: `a read of bytes ${begin} to ${end} out of ${bytes}` });
  }
}
