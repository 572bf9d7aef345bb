import { DrobeError } from '../errors';
import type { Segment } from './segments';

/** The bytes of a checkpoint, read synchronously: ONNX Runtime asks for weights in the middle of its own work. */
export interface ByteSource {
  readonly bytes: number;
  /** The bytes from `begin` to before `end`. The caller must not write to them. */
  read(begin: number, end: number): Uint8Array<ArrayBuffer>;
  /**
   * Resolves once all bytes in these ranges are known to be what was stored. Absent where there is nothing to compare with.
   * @throws DrobeError 'model-damaged'
   */
  readonly check?: (ranges: readonly Segment[], onBytes?: OnBytes) => Promise<void>;
}

/** Told how many bytes are done, and of how many. */
export type OnBytes = (doneBytes: number, totalBytes: number) => void;

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

/**
 * A checkpoint in Blobs that lie one after another. Can be read in a worker only, where FileReaderSync is.
 * @param file what a person calls it, where these are files of theirs.
 */
export function blobSource(parts: readonly Blob[], file?: string): ByteSource {
  const starts: number[] = [];
  let total = 0;
  for (const part of parts) {
    starts.push(total);
    total += part.size;
  }
  let reader: FileReaderSync | undefined;

  return {
    bytes: total,
    read(begin, end) {
      checkRange(begin, end, total);
      reader ??= new FileReaderSync();
      let i = starts.findLastIndex((start) => start <= begin);
      if (begin === end) return new Uint8Array(0);
      const first = readPart(reader, parts[i]!, begin - starts[i]!, end - starts[i]!, file);
      if (first.length === end - begin) return first;

      const whole = new Uint8Array(end - begin);
      owned.add(whole);
      whole.set(first);
      let at = first.length;
      release(first);
      while (at < whole.length) {
        const piece = readPart(reader, parts[++i]!, 0, whole.length - at, file);
        whole.set(piece, at);
        at += piece.length;
        release(piece);
      }
      return whole;
    },
  };
}

/** A source that can be replaced by another one of the same bytes. */
export interface Succeeded {
  readonly source: ByteSource;
  /** Reads from the other source, from the next check on, so that no byte of it goes unchecked. */
  readonly succeed: (next: ByteSource) => void;
}

/** @param first is read from until then. */
export function succeeded(first: ByteSource): Succeeded {
  let now = first;
  let next = first;
  return {
    source: {
      bytes: first.bytes,
      read: (begin, end) => now.read(begin, end),
      async check(ranges, onBytes) {
        now = next;
        await now.check?.(ranges, onBytes);
      },
    },
    succeed: (other) => {
      next = other;
    },
  };
}

/** Two sources as one, the second behind the first. A read lies in one of the two, and each does its own checks. */
export function concatenated(first: ByteSource, second: ByteSource): ByteSource {
  const parts = [
    { source: first, from: 0 },
    { source: second, from: first.bytes },
  ] as const;
  const partAt = (begin: number): (typeof parts)[number] => parts[begin < first.bytes ? 0 : 1];
  return {
    bytes: first.bytes + second.bytes,
    read(begin, end) {
      const { source, from } = partAt(begin);
      return source.read(begin - from, end - from);
    },
    async check(ranges, onBytes) {
      for (const part of parts) {
        const own = ranges.filter(({ begin }) => partAt(begin) === part);
        const { source, from } = part;
        await source.check?.(
          own.map(({ begin, end }) => ({ begin: begin - from, end: end - from })),
          onBytes,
        );
      }
    },
  };
}

/** As much of one part as lies between begin and end. */
function readPart(
  reader: FileReaderSync,
  part: Blob,
  begin: number,
  end: number,
  file?: string,
): Uint8Array<ArrayBuffer> {
  const slice = part.slice(begin, Math.min(end, part.size));
  try {
    const bytes = new Uint8Array(reader.readAsArrayBuffer(slice));
    owned.add(bytes);
    return bytes;
  } catch (cause) {
    // The file was moved, changed or evicted since we got hold of it.
    const reason = cause instanceof Error ? cause.message : String(cause);
    if (file === undefined) throw new DrobeError('storage', { reason }, { cause });
    throw new DrobeError('file-unreadable', { file, reason }, { cause });
  }
}

function checkRange(begin: number, end: number, bytes: number): void {
  if (!(begin >= 0 && begin <= end && end <= bytes)) {
    throw new DrobeError('bug', { reason: `a read of bytes ${begin} to ${end} out of ${bytes}` });
  }
}

/** What was read into memory of its own. */
const owned = new WeakSet<Uint8Array>();

/** Gives back what a source read, unless others may have it, too. What is not given back lies about until it is collected. */
export function release(read: Uint8Array<ArrayBuffer>): void {
  if (owned.delete(read)) free(read);
}

/** Whose other end is closed. */
const nowhere = portToNowhere();

function portToNowhere(): MessagePort {
  const { port1, port2 } = new MessageChannel();
  port2.close();
  return port1;
}

/**
 * Gives memory back at once. Left to the garbage collector it may stay for minutes, while a net runs. Sent off, as what
 * `structuredClone` takes waits for the collector, too, and Chromium keeps what it holds of memory that `transfer` takes, if its own
 * functions made it or were given it.
 */
export function free({ buffer }: Uint8Array<ArrayBuffer>): void {
  nowhere.postMessage(null, [buffer]);
}
