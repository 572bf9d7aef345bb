/** Enlarges a finished picture. */
import { toDrobeError } from '../errors';
import { enlargedPicture, lessThan } from '../pipeline/enlarging/enlarge';
import type { Pixels, Progress } from '../pipeline/job';
import type { OpenUpscaler } from '../pipeline/enlarging/upscaler';
import type { EnlargeProgress, EnlargeWish } from './api';

/**
 * Enlarges to the wished size, or as the upscaler does. Where memory runs out, reports with which tiles another try may
 * succeed.
 */
export async function* enlarge(
  { pixels, size: wished, side }: EnlargeWish,
  upscaler: OpenUpscaler,
  report: (progress: EnlargeProgress) => void,
): AsyncGenerator<EnlargeProgress, Pixels, void> {
  const { scale } = upscaler.facts;
  const size = wished ?? { width: pixels.width * scale, height: pixels.height * scale };
  const told = (progress: Progress): void => {
    if (isTold(progress)) report(progress);
  };
  try {
    const run = enlargedPicture(pixels, size, upscaler, told, side);
    for (;;) {
      const { done, value } = await run.next();
      if (done) return value;
      if (isTold(value)) yield value;
    }
  } catch (thrown) {
    const { code } = toDrobeError(thrown);
    const less = code === 'out-of-memory' || code === 'device-lost' ? lessThan(upscaler, side) : null;
    if (less !== null) yield { kind: 'short-of-memory', side: less };
    throw thrown;
  } finally {
    // A lost device may never answer.
    void upscaler.release().catch(() => undefined);
  }
}

/** Whether it is progress of enlarging, not of drawing. */
function isTold(progress: Progress): progress is Progress & EnlargeProgress {
  return !['short-of-memory', 'step', 'encoding', 'decoding'].includes(progress.kind);
}
