import { defined } from '../../checked';
import type { Margins } from '../../canvas/frame';
import type { Size } from '../../canvas/crop';
import type { Sheet } from '../../canvas/sheet';
import type { Change, Changes } from '../controls/changes.svelte';
import type { Original } from '../files/picture';

/** A picture with its mask, undo history and frame, and the size at which it was to be drawn. */
export interface Scene extends Size {
  readonly original: Original | null;
  readonly sheet: Sheet;
  /** The brush's diameter. */
  readonly brush: number;
  readonly margins: Margins;
}

/** The most bytes that they may take together: then the oldest are forgotten, but never the last one. */
const MOST_BYTES = 512 * 2 ** 20;

/** The pictures that were worked on before, as they were left, for undo; and those that were undone, for redo. */
export class Scenes {
  #before = $state.raw<readonly { readonly scene: Scene; readonly change: Change }[]>([]);
  /** `edits`: of the scene that was brought back; once it is edited, redo is no longer possible. */
  #after = $state.raw<readonly { readonly scene: Scene; readonly edits: number; readonly words: string }[]>(
    [],
  );

  readonly #changes: Changes;
  readonly #now: () => Scene;
  readonly #set: (scene: Scene) => void;

  /** @param now gives the current scene. @param set restores one. */
  constructor(changes: Changes, now: () => Scene, set: (scene: Scene) => void) {
    this.#changes = changes;
    this.#now = now;
    this.#set = set;
  }

  get canUndo(): boolean {
    return this.#before.length > 0;
  }

  /** @param edits of the current scene. */
  canRedo(edits: number): boolean {
    return this.#after.at(-1)?.edits === edits;
  }

  /** To be called before another picture replaces this one. @param words the notice's text. */
  leave(words: string): void {
    this.#after = [];
    this.#push(words);
  }

  undo(): void {
    const last = this.#before.at(-1);
    if (last) this.#changes.undo(last.change);
  }

  redo(): void {
    const next = this.#after.at(-1);
    if (!next) return;
    this.#after = this.#after.slice(0, -1);
    this.#push(next.words);
    this.#set(next.scene);
  }

  #push(words: string): void {
    const scene = this.#now();
    scene.sheet.forgetUndone();
    const change: Change = { words, undo: () => this.#back(change) };
    this.#before = [...this.#before, { scene, change }];
    this.#changes.add(change);
    let bytes = this.#before.reduce((sum, { scene: one }) => sum + bytesOf(one), 0);
    while (bytes > MOST_BYTES && this.#before.length > 1) {
      const [first, ...rest] = this.#before;
      const oldest = defined(first); // there are two at least
      bytes -= bytesOf(oldest.scene);
      this.#changes.forget(oldest.change);
      this.#before = rest;
    }
  }

  /** Goes back to before this change, over all later ones. */
  #back(change: Change): void {
    const at = this.#before.findIndex((other) => other.change === change);
    const target = this.#before[at];
    if (!target) return;
    for (const later of this.#before.slice(at + 1)) this.#changes.forget(later.change);
    this.#after = [
      ...this.#after,
      { scene: this.#now(), edits: target.scene.sheet.edits, words: change.words },
    ];
    this.#before = this.#before.slice(0, at);
    this.#set(target.scene);
  }
}

const bytesOf = ({ original, sheet }: Scene): number => sheet.bytes + (original?.pixels?.rgba.length ?? 0);
