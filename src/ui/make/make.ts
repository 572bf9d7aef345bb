/** Makes the pictures of a run, one after the other: each is stored while it is drawn, and in the album when it is done. */
import { sidesOf } from '../../canvas/crop';
import type { Mask } from '../../canvas/pixels';
import type { ModelEntry, Picture } from '../../engine/api';
import { endsEngine, isAbort } from '../../errors';
import type { Album } from '../album/album.svelte';
import type { RunLog } from '../album/runs.svelte';
import type { KnownAnswers, RunRequest, StoredPicture, UnfinishedRun } from '../album/stored';
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

/** Lists the models on this device. @param hashes that have become known: they are noted first. */
export type ListModels = (hashes?: Picture['hashes']) => readonly ModelEntry[];

/** What runs are made with. */
export interface RunTools {
  readonly runner: Runner;
  readonly album: Album;
  readonly source: SourcePicture;
  readonly units: Units;
  readonly references: References;
  readonly scale: (typeof pictures)['scale'];
  readonly now: () => number;
  readonly listModels: ListModels;
}

/** Told of a run while it goes on. */
export interface RunListener {
  /** It is stored, and from now on survives the page. */
  begun(): void;
  made(result: Result): void;
}

/** Makes all pictures of a run. @param before what was stored of it, where it is resumed. */
export async function make(
  { settings, inputs }: RunRequest,
  { file, facts }: UsableModel,
  { runner, album, source, units, references: seen, scale, now, listModels }: RunTools,
  told: RunListener,
  before?: UnfinishedRun,
): Promise<Ending> {
  const { mode, original, mask, margins, controls: guides = [] } = inputs;
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
    const shown = settled(inputs.references ?? [], listModels(), facts.family);
    const references = await referencesOf(shown, seen.whole, work.part);
    const making = { mode, original, controls: guides, references: shown, model: facts.title };
    const place = original && placeOf(mode, original, settings, margins);
    const draw = async (own: Settings, number: number, log: RunLog, known: KnownAnswers) => {
      const start = now();
      const job = jobOf(own, work.source, { controls, references });
      const picture = await runner.draw({ job, number, of }, known, (answers) => void log.step(answers));
      const whole = { ...picture, ...(await work.finish(picture)) };
      const took = now() - start;
      return resultOf(whole, { ...making, place, settings: own, took }, listModels(picture.hashes));
    };
    for (let i = 0; i < of; i++) {
      signal.throwIfAborted();
      const rest = restOf(settings, i);
      const own = { ...rest, ...work.size, count: of };
      const begun = i === 0 ? before : undefined;
      const log = await album.begin({ settings: rest, inputs }, begun);
      told.begun();
      const result = await drawAndStore(log, () => draw(own, i + 1, log, begun?.known ?? []));
      if (result) told.made(result);
    }
  });
}

/** Where drawing fails, the run is stored if it can be resumed, and else forgotten. */
async function drawAndStore(log: RunLog, draw: () => Promise<StoredPicture>): Promise<Result | null> {
  let picture: StoredPicture;
  try {
    picture = await draw();
  } catch (thrown) {
    await (canGoOn(thrown) ? log.stop() : log.end(null));
    throw thrown;
  }
  return log.end(picture);
}

/** The settings of what is left of a run. @param pictures that are there already. */
export const restOf = (settings: Settings, pictures: number): Settings => ({
  ...settings,
  ...noiseAfter(settings, pictures),
  count: settings.count - pictures,
});

/** Whether a run that ended with this can be resumed where it was. */
function canGoOn(thrown: unknown): boolean {
  return isAbort(thrown) || endsEngine(thrown);
}

/**
 * The noise of a later picture of a run. In A1111 each has the next seed, or with a variation the next variation seed; in the
 * other tools a run is one batch with one seed.
 */
function noiseAfter(settings: Settings, pictures: number): Partial<Settings> {
  return settings.like === 'A1111' ? seedsAfter(settings, pictures) : batchAfter(settings, pictures);
}

/** A run may begin within a batch, when it is resumed or a picture is made again: it then goes through the rest of it. */
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
