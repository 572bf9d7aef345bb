import type { Pixels } from '../../canvas/pixels';
import type { ModelEntry } from '../../engine/api';
import { toDrobeError, type DrobeError } from '../../errors';
import type { Changes } from '../controls/changes.svelte';
import type { Original } from '../files/picture';
import { remembering } from '../files/remembering';
import { referenceReplacedWords } from '../words/reference';
import {
  filesFor,
  initialReference,
  type Reference,
  type ReferenceObstacle,
  type ReferenceSettings,
} from './reference';

/** What it needs of the browser. */
export interface Means {
  readonly read: (file: File) => Promise<Original>;
  readonly whole: (picture: Original) => Promise<Pixels>;
}

/** The picture that is part of the prompt, and how far it is followed. */
export class ReferenceImage {
  current = $state.raw<Reference>({ ...initialReference, picture: null });
  /** Why a file did not become the picture. */
  failure = $state.raw<{ readonly file: string; readonly error: DrobeError } | null>(null);
  readonly #means: Means;
  readonly #changes: Changes;
  #asked = 0;
  /** A picture's pixels, read once for any number of runs. */
  readonly whole: Means['whole'];

  /** @param changes told of what can be taken back. */
  constructor(means: Means, changes: Changes) {
    this.#means = means;
    this.whole = remembering(means.whole);
    this.#changes = changes;
  }

  /** Those that there are: one at most. */
  get all(): readonly Reference[] {
    return this.current.picture ? [this.current] : [];
  }

  change(settings: Partial<ReferenceSettings>): void {
    this.current = { ...this.current, ...settings };
  }

  /** Takes the picture in a file. Where it is none, that is told and the one before stays. */
  async read(file: File): Promise<void> {
    const asked = ++this.#asked;
    this.failure = null;
    try {
      const picture = await this.#means.read(file);
      if (asked === this.#asked) this.take(picture);
    } catch (thrown) {
      if (asked === this.#asked) this.failure = { file: file.name, error: toDrobeError(thrown) };
    }
  }

  /** Another picture, or none. The one before can be brought back. */
  take(picture: Original | null): void {
    this.#asked++;
    this.failure = null;
    const { picture: before } = this.current;
    this.current = { ...this.current, picture };
    if (!before || before === picture) return;
    this.#changes.add({
      words: referenceReplacedWords(before.name, picture?.name ?? null),
      undo: () => (this.current = { ...this.current, picture: before }),
    });
  }

  /** As it was left, or as it was for another picture; older versions had none. */
  lay([reference]: readonly Reference[] = []): void {
    this.#asked++;
    this.failure = null;
    this.current = { ...initialReference, picture: null, ...reference };
  }

  dismiss(): void {
    this.failure = null;
  }

  /**
   * What stands in the way of a picture.
   * @param here the files on this device. @param family of the model that is drawn with.
   */
  obstacle(here: readonly ModelEntry[], family: string): ReferenceObstacle | null {
    if (!this.current.picture) return null;
    const { adapter, encoder } = filesFor(this.current, here, family);
    if (!adapter) return 'no-adapter';
    return encoder ? null : 'no-encoder';
  }
}
