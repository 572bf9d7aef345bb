import { toDrobeError, type DrobeError } from '../../errors';
import type { Pixels } from '../../canvas/pixels';
import type { ModelEntry } from '../../engine/api';
import type { Changes } from '../controls/changes.svelte';
import type { Original } from '../files/picture';
import { remembering } from '../files/remembering';
import { controlReplacedWords, unitRemovedWords } from '../words/control';
import { fits, isControlNet, withNet, type ControlNet, type Guided } from './nets';
import type { MakeHint } from './orders';
import { initialUnit, mended, type Unit, type UnitObstacle, type UnitSettings } from './unit';

/** What units need of the browser. */
export interface Means {
  readonly read: (file: File) => Promise<Original>;
  readonly whole: (picture: Original) => Promise<Pixels>;
  readonly hint: MakeHint;
}

/** Pictures whose pixels are kept: nobody has more units, and hints are made of them while sliders move. */
const PICTURES = 4;

/** The pictures that guide, in their order. */
export class Units {
  all = $state.raw<readonly Unit[]>([]);
  /** The one whose hint is being drawn by hand. */
  drawing = $state.raw<Unit | null>(null);
  /** Why a file did not become a unit's picture. */
  failure = $state.raw<{ readonly key: number; readonly file: string; readonly error: DrobeError } | null>(
    null,
  );
  readonly means: Means;
  readonly #changes: Changes;
  /** A picture's pixels, read once however often they are asked for. */
  readonly whole: Means['whole'];
  #made = 0;
  /** How often each unit's picture was changed, or begun to be. */
  readonly #asked: Record<number, number> = {};

  /** @param changes told of what can be taken back. */
  constructor(means: Means, changes: Changes) {
    this.means = means;
    this.whole = remembering(means.whole, PICTURES);
    this.#changes = changes;
  }

  /** One more, with this net where there is one. */
  add(net: ControlNet | null): void {
    const unit: Unit = { ...initialUnit, key: ++this.#made, picture: null, ...(net && withNet(net)) };
    this.all = [...this.all, unit];
  }

  change({ key }: Unit, settings: Partial<UnitSettings>): void {
    this.#set(key, settings);
  }

  remove(unit: Unit): void {
    const before = this.all;
    this.all = before.filter(({ key }) => key !== unit.key);
    const number = before.indexOf(unit) + 1;
    this.#changes.add({
      words: unitRemovedWords(number),
      undo: () => (this.all = this.all.toSpliced(Math.min(number - 1, this.all.length), 0, unit)),
    });
  }

  /** Takes the picture in a file. Where it is none, that is told and the one before stays. */
  async read(unit: Unit, file: File): Promise<void> {
    const { key } = unit;
    const asked = this.#ask(key);
    this.failure = null;
    try {
      const picture = await this.means.read(file);
      if (asked === this.#asked[key]) this.take(unit, picture);
    } catch (thrown) {
      if (asked === this.#asked[key]) this.failure = { key, file: file.name, error: toDrobeError(thrown) };
    }
  }

  /**
   * Another picture, or none: the one that is drawn over. The one before can be brought back.
   * @param settings that it comes with, as a drawing needs no preprocessor.
   */
  take({ key }: Unit, picture: Original | null, settings: Partial<UnitSettings> = {}): void {
    this.#ask(key);
    this.failure = null;
    const before = this.all.find((unit) => unit.key === key);
    this.#set(key, { ...settings, picture });
    if (!before?.picture || before.picture === picture) return;
    const { preprocessor, a, b } = before;
    this.#changes.add({
      words: controlReplacedWords(before.picture.name, picture?.name ?? null),
      undo: () =>
        this.#set(key, {
          picture: before.picture,
          ...(settings.preprocessor && { preprocessor, a, b }),
        }),
    });
  }

  /** Units as they were left, or as somebody else had them: in the place of those that are there. */
  lay(units: readonly Omit<Unit, 'key'>[]): void {
    this.all = units.map((unit) => ({ ...mended(unit), key: ++this.#made }));
    this.failure = null;
  }

  dismiss(): void {
    this.failure = null;
  }

  /**
   * What stands in the way of a picture.
   * @param here the files on this device. @param guided the model that is drawn with.
   * @param drawsOver there is a picture that is drawn over.
   */
  obstacle(here: readonly ModelEntry[], guided: Guided, drawsOver: boolean): UnitObstacle | null {
    for (const { model, picture } of this.all) {
      const net = here.filter(isControlNet).find(({ id }) => id === model);
      if (!net) return 'no-control-model';
      if (!fits(net, guided)) return 'control-misfit';
      if (!picture && !drawsOver) return 'no-control-picture';
    }
    return null;
  }

  #ask(key: number): number {
    return (this.#asked[key] = (this.#asked[key] ?? 0) + 1);
  }

  #set(key: number, settings: Partial<Unit>): void {
    this.all = this.all.map((unit) => (unit.key === key ? { ...unit, ...settings } : unit));
  }
}
