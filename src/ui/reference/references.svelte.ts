import type { Size } from '../../canvas/crop';
import type { Mask } from '../../canvas/pixels';
import type { Sheet } from '../../canvas/sheet';
import type { ModelEntry } from '../../engine/api';
import { toDrobeError } from '../../errors';
import { PicturedList, type PictureReaders, type Undoable } from '../files/pictured.svelte';
import { words } from '../words/language.svelte';
import { filesFor, initialReference, type Reference, type ReferenceObstacle } from './reference';

/** What references need of the browser. */
export interface Means extends PictureReaders {
  /** The mask in a file, of this size. */
  readonly readMask: (file: File, size: Size) => Promise<Mask>;
}

/** The pictures that are part of the prompt, in their order, and how far each is followed. */
export class References extends PicturedList<Omit<Reference, 'key'>> {
  /** The one whose mask is being painted, and what had been painted when that was left. */
  painting = $state.raw<{ readonly reference: Reference; readonly left?: Sheet } | null>(null);
  readonly #readMask: Means['readMask'];
  /** Counts what was asked of masks: of each reference, by its key, the last counts. */
  readonly #masked: Record<number, number> = {};

  /** @param changes told of what can be taken back. */
  constructor(means: Means, changes: Undoable) {
    super(means, { removed: words.reference.removed, replaced: words.reference.replaced }, changes);
    this.#readMask = means.readMask;
  }

  /** One more, of the picture in a file. Where it is none, that is told. */
  async add(file: File): Promise<void> {
    const picture = await this.picture(file, null);
    if (picture) this.append({ ...initialReference, picture });
  }

  /** Where it counts; null: everywhere. What was masked before can be brought back. */
  mask(reference: Reference, mask: Mask | null): void {
    this.#ask(reference);
    const { mask: before } = this.all.find(({ key }) => key === reference.key) ?? reference;
    if (before) this.changeUndoably(reference, { mask }, words.reference.maskReplaced(mask !== null));
    else this.change(reference, { mask });
  }

  /** Takes the mask in a file. Where it is none, that is told. @param size that it is brought to. */
  async readMask(reference: Reference, file: File, size: Size): Promise<void> {
    const asked = this.#ask(reference);
    const isLast = (): boolean => asked === this.#masked[reference.key];
    this.failure = null;
    try {
      const { width, height, alpha } = await this.#readMask(file, size);
      if (isLast()) this.mask(reference, { width, height, alpha });
    } catch (thrown) {
      if (isLast()) this.failure = { key: reference.key, file: file.name, error: toDrobeError(thrown) };
    }
  }

  #ask({ key }: Reference): number {
    return (this.#masked[key] = (this.#masked[key] ?? 0) + 1);
  }

  /** As they were left, or as they were for another picture; older versions had none. */
  restore(references: readonly Partial<Reference>[] = []): void {
    this.replaceAll(references.map(({ key: _, ...own }) => ({ ...initialReference, ...own })));
  }

  /**
   * What stands in the way of a picture.
   * @param here the files on this device. @param family of the model that is drawn with.
   */
  obstacle(here: readonly ModelEntry[], family: string): ReferenceObstacle | null {
    for (const reference of this.all) {
      const { adapter, encoder } = filesFor(reference, here, family);
      if (!adapter) return 'no-adapter';
      if (!encoder) return 'no-encoder';
      if (!reference.picture) return 'no-reference-picture';
    }
    return null;
  }
}
