import type { Segment } from './segments';
import type { ByteSource } from './source';

/**
 * Tensors above this size, in bytes, are read one by one. Smaller ones, mostly norms and biases, lie side by side in a
 * file.
 */
const SMALL_BYTES = 2 ** 17;
/** The most bytes that are read at a time. */
const RUN_BYTES = 2 ** 20;

interface Run {
  readonly begin: number;
  end: number;
  /** How many of its tensors have not been read yet. */
  left: number;
  bytes?: Uint8Array<ArrayBuffer>;
}

/**
 * The same source, which reads adjacent small tensors at once and keeps them until each was read: every read of a stored
 * file asks another process, which costs as much for a few bytes as for thousands.
 * @param tensors that are going to be read, in any order.
 */
export function readTogether(source: ByteSource, tensors: Iterable<Segment>): ByteSource {
  const runs = runsOf(tensors);
  return {
    ...source,
    read(begin, end) {
      const run = runs.get(begin);
      if (!run || run.left === 0 || end > run.end) return source.read(begin, end);
      run.bytes ??= source.read(run.begin, run.end);
      const bytes = run.bytes.subarray(begin - run.begin, end - run.begin);
      if (--run.left === 0) delete run.bytes;
      return bytes;
    },
  };
}

/** Small tensors in one stretch of bytes, by where each begins. Between two files lies a header, so that no run is in both. */
function runsOf(tensors: Iterable<Segment>): ReadonlyMap<number, Run> {
  const inOrder = [...new Map([...tensors].map((tensor) => [tensor.begin, tensor])).values()]
    .filter(({ begin, end }) => end - begin <= SMALL_BYTES)
    .sort((a, b) => a.begin - b.begin);
  const runs = new Map<number, Run>();
  let run: Run | undefined;
  for (const { begin, end } of inOrder) {
    if (run?.end !== begin || end - run.begin > RUN_BYTES) run = { begin, end, left: 0 };
    run.end = end;
    run.left++;
    runs.set(begin, run);
  }
  return runs;
}
