/** From what was asked for to the pictures: one after the other, each remembered while it is drawn and kept when it is done. */
import { sidesOf } from '../../canvas/crop';
import type { Mask } from '../../canvas/pixels';
import type { ModelEntry, Picture } from '../../engine/api';
import { endsEngine, isAbort } from '../../errors';
import type { Album } from '../album/album.svelte';
import type { Errand, Kept, Unfinished } from '../album/kept';
import { controlsOf } from '../control/orders';
import type { Units } from '../control/units.svelte';
import type { Original } from '../files/picture';
import { placeOf, resultOf, type Result } from '../album/result';
import { referencesOf, settled } from '../reference/reference';
import type { References } from '../reference/references.svelte';
import type { Ending, Runner } from '../run/runner.svelte';
import { seedAfter } from '../../sampling/seed';
import type { Settings } from '../settings/settings';
import { jobOf } from '../settings/job';
import type { SourcePicture, pictures } from '../paint/source.svelte';
import type { UsableModel } from '../models/entries';
import { workFor } from '../paint/work';
import { sceneOf } from './scene';

/** The files on this device. @param hashes that are known now. */
export type Here = (hashes?: Picture['hashes']) => readonly ModelEntry[];

export interface Workshop {
  readonly runner: Runner;
  readonly album: Album;
  readonly source: SourcePicture;
  readonly units: Units;
  readonly references: References;
  readonly scale: (typeof pictures)['scale'];
  readonly now: () => number;
  readonly here: Here;
}

/** What is told of a run while it goes on. */
export interface Telling {
  /** It is remembered: from now on it outlasts the page. */
  begun(): void;
  made(result: Result): void;
}

/** @param before what is known of this run, where it goes on. */
export async function make(
  { settings, desk }: Errand,
  { file, facts }: UsableModel,
  { runner, album, source, units, references: seen, scale, now, here }: Workshop,
  told: Telling,
  before?: Unfinished,
): Promise<Ending> {
  const { mode, original, mask, margins, controls: guides = [] } = desk;
  const of = settings.count;
  return runner.through(file, { job: jobOf(settings, null), number: 1, of }, async (signal) => {
    const work = await workFor(mode, original, settings, {
      mask: mask ?? blank(original),
      margins,
      draw: (picture, size) => source.drawn(picture, size),
      whole: (picture) => source.whole(picture),
      scale,
      sides: sidesOf(facts.multiple),
    });
    const scene = sceneOf(work, settings, facts.multiple);
    const controls = await controlsOf(guides, scene, units.whole, units.means.hint, signal);
    const shown = settled(desk.references ?? [], here(), facts.family);
    const references = await referencesOf(shown, seen.whole, work.part);
    const making = { mode, original, controls: guides, references: shown, model: facts.title };
    const place = original && placeOf(mode, original, settings, margins);
    for (let i = 0; i < of; i++) {
      signal.throwIfAborted();
      const rest = restOf(settings, i);
      const own = { ...rest, ...work.size, count: of };
      const begun = i === 0 ? before : undefined;
      const entry = await album.begin({ settings: rest, desk }, begun);
      told.begun();
      let made: Kept;
      try {
        const start = now();
        const picture = await runner.draw(
          { job: jobOf(own, work.source, { controls, references }), number: i + 1, of },
          begun?.known ?? [],
          (answers) => void entry.step(answers),
        );
        const whole = { ...picture, ...(await work.finish(picture)) };
        made = await resultOf(
          whole,
          { ...making, place, settings: own, took: now() - start },
          here(picture.hashes),
        );
      } catch (thrown) {
        await (canGoOn(thrown) ? entry.stop() : entry.end(null));
        throw thrown;
      }
      const result = await entry.end(made);
      if (result) told.made(result);
    }
  });
}

/** What is left of a run once so many of its pictures are there. */
export const restOf = (settings: Settings, pictures: number): Settings => ({
  ...settings,
  ...noiseAfter(settings, pictures),
  count: settings.count - pictures,
});

/** Whether a run that ended so may come to a better end from where it was. */
function canGoOn(thrown: unknown): boolean {
  return isAbort(thrown) || endsEngine(thrown);
}

/**
 * Where the noise of a later picture of a run comes from. A1111 gives each the seed after the one before, or with a
 * variation the variation seed; to the others a run is one batch, which has one seed.
 */
function noiseAfter(settings: Settings, pictures: number): Partial<Settings> {
  return settings.like === 'A1111' ? seedsAfter(settings, pictures) : batchAfter(settings, pictures);
}

/** What begins within a batch, a run that goes on or a picture that is made again, goes through the rest of it. */
function batchAfter({ rare, count }: Settings, pictures: number): Pick<Settings, 'rare'> {
  const first = rare.batch ?? { index: 0, count };
  const index = first.index + pictures;
  const batch = { index, count: Math.max(first.count, index + 1) };
  return { rare: batch.count === 1 ? rare : { ...rare, batch } };
}

function seedsAfter(
  { seed, variationSeed, variationStrength }: Settings,
  pictures: number,
): Pick<Settings, 'seed' | 'variationSeed'> {
  const after = (digits: string): string => String(seedAfter(BigInt(digits), pictures));
  return variationStrength > 0
    ? { seed, variationSeed: after(variationSeed) }
    : { seed: after(seed), variationSeed };
}

const blank = (original: Original | null): Mask => {
  const { width, height } = original ?? { width: 0, height: 0 };
  return { width, height, alpha: new Uint8Array(width * height) };
};
