/** Enlarges a finished picture, into another one in the album whose recipe says how. */
import type { Backend } from '../../../engine/api';
import { enlargedOf, type Result } from '../../album/result';
import type { Upscaler } from '../../models/entries';
import type { Inputs } from '../../paint/inputs';
import type { RunTools } from '../make';

/**
 * @param inputs stored with the picture.
 * @param onResult called with the new picture, unless it found no room.
 */
export async function makeLarger(
  result: Result,
  { file, addon }: Upscaler,
  backend: Backend,
  inputs: Inputs,
  { runner, album, source, now, listModels }: RunTools,
  onResult: (result: Result) => void,
): Promise<void> {
  const begin = { job: { ...result.job, source: null }, number: 1, of: 1 };
  await runner.through(file, begin, async () => {
    const start = now();
    const before = await source.whole(result.itself);
    const wish = { pixels: before, upscaler: addon.name, backend };
    const pixels = await runner.enlarge(begin, wish);
    const made = await enlargedOf(
      result,
      pixels,
      { name: addon.name, by: addon.scale },
      now() - start,
      listModels(),
    );
    const log = await album.begin({ settings: result.settings, inputs });
    const kept = await log.end(made);
    if (kept) onResult(kept);
  });
}
