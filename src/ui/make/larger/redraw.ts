/** Enlarges a finished picture and redraws it in tiles, into another one in the album whose recipe says how. */
import { timesAsLarge } from '../../../canvas/crop';
import type { Backend, Job, ModelEntry, Redraw } from '../../../engine/api';
import { enlargedOf, type Result } from '../../album/result';
import type { ControlNet } from '../../control/nets';
import { tileControl, tileNets } from '../../control/tiles';
import type { Upscaler, UsableModel } from '../../models/entries';
import type { Inputs } from '../../paint/inputs';
import { NO_NET, PLAIN_UPSCALER, type Settings } from '../../settings/settings';
import type { RunTools } from '../make';

/** How a picture is to be redrawn. */
export interface RedrawWish {
  /** The name of the upscaler that enlarges it first; null: Lanczos does. */
  readonly upscaler: string | null;
  readonly scale: number;
  readonly strength: number;
  readonly redraw: Redraw;
  /** The ControlNet that is shown the tiles; null for none. */
  readonly net: ControlNet | null;
  readonly backend: Backend;
  /** From which files the model borrows parts. */
  readonly parts: NonNullable<Job['parts']>;
}

/**
 * What the settings ask for.
 * @param upscaler the one at hand, which is used unless the settings say otherwise; null where there is none.
 */
export function redrawWish(
  settings: Settings,
  { facts }: UsableModel,
  upscaler: Upscaler | null,
  atHand: readonly ModelEntry[],
): RedrawWish {
  const { redrawScale, redrawStrength, redrawWidth, redrawHeight, redrawPadding, redrawBlur } = settings;
  const nets = tileNets(atHand, facts);
  const { redrawNet, redrawOrder, backend } = settings;
  const plain = settings.upscaler === PLAIN_UPSCALER || !upscaler;
  return {
    upscaler: plain ? null : upscaler.addon.name,
    scale: redrawScale,
    strength: redrawStrength,
    redraw: {
      tile: { width: redrawWidth || facts.defaults.width, height: redrawHeight || facts.defaults.height },
      padding: redrawPadding,
      blur: redrawBlur,
      order: redrawOrder,
    },
    net: redrawNet === NO_NET ? null : (nets.find(({ id }) => id === redrawNet) ?? nets[0] ?? null),
    backend,
    parts: settings.parts,
  };
}

/**
 * Redraws it with the prompts and settings that made it, and this model.
 * @param inputs stored with the picture.
 * @param onResult called with the new picture, unless it found no room.
 */
export async function redrawLarger(
  result: Result,
  model: UsableModel,
  { upscaler, scale, strength, redraw, net, backend, parts }: RedrawWish,
  inputs: Inputs,
  { runner, album, source, now, listModels }: RunTools,
  onResult: (result: Result) => void,
): Promise<void> {
  const first = { job: jobOf(result, model), number: 1, of: 1 };
  await runner.through(model.file, first, async () => {
    const start = now();
    const before = await source.whole(result.itself);
    const size = timesAsLarge(before, scale);
    const grown = upscaler !== null && scale > 1;
    const pixels = grown ? await runner.enlarge(first, { pixels: before, upscaler, size, backend }) : before;
    const job: Job = {
      ...first.job,
      ...size,
      ...{ backend, redraw },
      ...(Object.keys(parts).length > 0 && { parts }),
      source: { kind: 'image', pixels, strength },
      ...(net && { controls: [tileControl(net, pixels)] }),
    };
    const picture = await runner.draw({ ...first, job }, [], () => undefined, pixels);
    const enlarged = {
      name: grown ? upscaler : PLAIN_UPSCALER,
      by: scale,
      redrawn: { ...redraw, strength, ...(net && { net: net.addon.name }) },
    };
    const made = await enlargedOf(result, picture, enlarged, now() - start, listModels(picture.hashes));
    const log = await album.begin({ settings: result.settings, inputs });
    const kept = await log.end(made);
    if (kept) onResult(kept);
  });
}

/** The job that made a picture, for another one: without what depends on the size, or on another model. */
function jobOf({ job }: Result, { id }: UsableModel): Job {
  const { hires: _hires, resizeFrom: _size, redraw: _redraw, parts: _parts, prediction, ...own } = job;
  return {
    ...own,
    ...(prediction && id === job.model && { prediction }),
    model: id,
    source: null,
  };
}
