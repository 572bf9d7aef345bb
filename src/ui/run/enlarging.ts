/** Enlarging, whatever happens to the engine. */
import type { EnlargeProgress, EnlargeWish, Pixels } from '../../engine/api';
import { isAbort, toDrobeError } from '../../errors';

/** What is told of it, whatever happens to the engine. */
type Told = Exclude<EnlargeProgress, { kind: 'short-of-memory' }>;

/** How often it is tried. */
const TRIES = 3;

/**
 * Enlarges a picture, whatever happens to the engine: where memory runs out, it begins again with smaller tiles; where the
 * graphics card is lost or the worker dies, it is repeated.
 */
export async function* enlargeWithRetries(
  wish: EnlargeWish,
  start: (wish: EnlargeWish) => AsyncGenerator<EnlargeProgress, Pixels, void>,
): AsyncGenerator<Told, Pixels, void> {
  let { side } = wish;
  for (let tries = TRIES; ;) {
    let less: number | undefined;
    try {
      const run = start({ ...wish, ...(side !== undefined && { side }) });
      for (;;) {
        const { done, value } = await run.next();
        if (done) return value;
        if (value.kind === 'short-of-memory') less = value.side;
        else yield value;
      }
    } catch (thrown) {
      if (isAbort(thrown)) throw thrown;
      const { code } = toDrobeError(thrown);
      const isLost = code === 'device-lost' || code === 'engine-crashed';
      if (code === 'out-of-memory' ? less === undefined : !isLost || --tries === 0) throw thrown;
      // Some cards are reset when they run out of memory.
      side = less ?? side;
      if (isLost) yield { kind: 'notice', notice: { code: 'resumed', after: code } };
    }
  }
}
