/** Several files as one to read weights from: the tensors of each follow those of the one before. */
import type { Segment } from './segments';
import type { TensorInfo } from './safetensors';
import type { ByteSource } from './source';

/** Tensors, and the bytes that they lie in. */
export interface Stored<T extends TensorInfo = TensorInfo> {
  readonly tensors: ReadonlyMap<string, T>;
  readonly source: ByteSource;
}

/** Where several files have a tensor of one name, the first counts. */
export function joined<T extends TensorInfo>(files: readonly [Stored<T>, ...Stored<T>[]]): Stored<T> {
  const tensors = new Map<string, T>();
  const parts: (Segment & { readonly source: ByteSource })[] = [];
  let start = 0;
  for (const { tensors: own, source } of files) {
    for (const [name, info] of own) {
      if (!tensors.has(name))
        tensors.set(name, { ...info, begin: info.begin + start, end: info.end + start });
    }
    parts.push({ source, begin: start, end: start + source.bytes });
    start += source.bytes;
  }
  return {
    tensors,
    source: {
      bytes: start,
      read(begin, end) {
        // No tensor lies in two files.
        const part = parts.find((one) => one.begin <= begin && end <= one.end) ?? parts[0]!; // there is one
        return part.source.read(begin - part.begin, end - part.begin);
      },
      async check(ranges, onBytes) {
        for (const { source, begin, end } of parts) {
          const inside = ranges.filter((range) => range.begin >= begin && range.end <= end);
          const own = inside.map((range) => ({ begin: range.begin - begin, end: range.end - begin }));
          if (own.length > 0) await source.check?.(own, onBytes);
        }
      },
    },
  };
}
