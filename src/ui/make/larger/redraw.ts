/** A finished picture made larger and drawn anew in tiles: another one in the album, with all that made it. */
import { timesAsLarge } from '../../../canvas/crop';
import type { Backend, Job, ModelEntry, Redraw } from '../../../engine/api';
import { enlargedOf, type Result } from '../../album/result';
import type { ControlNet } from '../../control/nets';
import { tileControl, tileNets } from '../../control/tiles';
import type { Upscaler, UsableModel } from '../../models/entries';
import type { Desk } from '../../paint/desk';
import { NO_NET, PLAIN_UPSCALER, type Settings } from '../../settings/settings';
import type { Workshop } from '../make';

/** How a picture is drawn anew. */
export interface RedrawWish {
  /** The name of what makes it larger first; null: that is done plainly. */
  readonly upscaler: string | null;
  readonly scale: number;
  readonly strength: number;
  readonly redraw: Redraw;
  /** What is shown its tiles; null where nothing is. */
  readonly net: ControlNet | null;
  readonly backend: Backend;
  /** Whom the model borrows from. */
  readonly parts: NonNullable<Job['parts']>;
}

/**
 * As the settings have it.
 * @param upscaler what would make it larger, where one is at hand and it is not to be done plainly.
 */
export function redrawWish(
  settings: Settings,
  { facts }: UsableModel,
  upscaler: Upscaler | null,
  here: readonly ModelEntry[],
): RedrawWish {
  const { redrawScale, redrawStrength, redrawWidth, redrawHeight, redrawPadding, redrawBlur } = settings;
  const nets = tileNets(here, facts);
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
 * It is drawn with the prompts and settings that made it, by this model.
 * @param desk what is worked on, beside which the picture is kept.
 * @param onResult told of the picture.
 */
export async function redrawLarger(
  result: Result,
  model: UsableModel,
  { upscaler, scale, strength, redraw, net, backend, parts }: RedrawWish,
  desk: Desk,
  { runner, album, source, now, here }: Workshop,
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
    const made = await enlargedOf(result, picture, enlarged, now() - start, here(picture.hashes));
    const entry = await album.begin({ settings: result.settings, desk });
    const kept = await entry.end(made);
    if (kept) onResult(kept);
  });
}

/** What made a picture, for another one: what was meant for its own size, or another model's, is left out. */
function jobOf({ job }: Result, { id }: UsableModel): Job {
  const { hires: _hires, resizeFrom: _size, redraw: _redraw, parts: _parts, prediction, ...own } = job;
  return {
    ...own,
    ...(prediction && id === job.model && { prediction }),
    model: id,
    source: null,
  };
}
