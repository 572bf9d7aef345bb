import { sidesOf, sizeLike, type Size } from '../../canvas/crop';
import { frameBounds, type Margins } from '../../canvas/frame';
import type { ModelFacts } from '../../engine/api';
import type { Changes } from '../controls/changes.svelte';
import type { Original } from '../files/picture';
import type { Form } from '../settings/form.svelte';
import type { KeyValueStorage } from '../settings/persisted.svelte';
import { rangeOf } from '../settings/ranges';
import { modesOf, type Area, type Mode, type Obstacle } from '../settings/settings';
import { words } from '../words/language.svelte';
import { MaskBoard } from './board.svelte';
import type { Inputs } from './inputs';
import { Frame } from './frame.svelte';
import { Scenes, type Scene } from './scenes.svelte';
import { SourcePicture, type pictures } from './source.svelte';
import { Viewport } from './viewport.svelte';
import { inpaintBounds, planOf, type Plan } from './work';

/** What is being worked on: a picture or none, its mask, the frame beyond its edges; and what will be drawn of it. */
export class Workplace {
  readonly source: SourcePicture;
  readonly board: MaskBoard;
  readonly viewport = new Viewport();
  readonly frame = new Frame();
  mode = $state<Mode>('text');
  /** Why nothing can be drawn; null where it can. */
  readonly obstacle = $derived.by((): Obstacle | null => {
    const facts = this.#facts();
    if (facts && !modesOf(facts).includes(this.mode)) {
      return this.mode === 'instruct' ? 'no-instruct' : 'only-instruct';
    }
    if (this.mode === 'text') return null;
    if (!this.source.current) return 'no-picture';
    if (this.mode === 'outpaint') return this.frame.isOpen ? null : 'no-margin';
    if (this.mode !== 'inpaint') return null;
    if (this.#form.settings.current.maskMode === 'rest') return this.board.isFull ? 'all-kept' : null;
    return this.board.bounds ? null : 'no-mask';
  });
  /** Which part of the picture will be drawn, and how large; null while there is nothing to do. */
  readonly plan = $derived.by((): Plan | null => {
    const original = this.source.current;
    const settings = this.#form.settings.current;
    if (!original) return null;
    const sides = sidesOf(this.#form.multiple);
    if (this.mode === 'outpaint') {
      const bounds = frameBounds(original, this.frame.margins, settings.feather);
      return this.frame.isOpen ? planOf(bounds, this.frame.around(original), settings, sides) : null;
    }
    const bounds = this.mode === 'inpaint' ? inpaintBounds(this.board.bounds, original, settings) : null;
    return bounds && planOf(bounds, original, settings, sides);
  });

  readonly #form: Form;
  readonly #facts: () => ModelFacts | null;
  readonly #scenes: Scenes;
  readonly #changes: Changes;
  /** The size that each mode was left with, and the picture it was for. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nothing shows it
  readonly #sizes = new Map<string, Size & Pick<Scene, 'original'>>();

  /** @param facts of the chosen model; null where none is. @param changes told of every picture that is replaced. */
  constructor(
    storage: KeyValueStorage | null,
    readers: typeof pictures,
    form: Form,
    facts: () => ModelFacts | null,
    changes: Changes,
  ) {
    this.source = new SourcePicture(readers);
    this.#changes = changes;
    this.board = new MaskBoard(storage, readers.readMask, () => changes.dismiss());
    this.#form = form;
    this.#facts = facts;
    this.#scenes = new Scenes(
      changes,
      () => this.#scene,
      (scene) => this.#set(scene),
    );
  }

  /** Whether there is a stroke to undo, or a previous picture to bring back. */
  get canUndo(): boolean {
    return this.board.canUndo || this.#scenes.canUndo;
  }

  get canRedo(): boolean {
    return this.board.canRedo || this.#scenes.canRedo(this.board.edits);
  }

  /** Whether parts of the picture are redrawn, by a mask or a frame. */
  get inPart(): boolean {
    return this.mode === 'inpaint' || this.mode === 'outpaint';
  }

  /** What is being worked on; a new object after every change. */
  get inputs(): Inputs {
    const { mode } = this;
    const original = this.source.current;
    const mask = original && this.board.bounds ? this.board.copy() : null;
    return { mode, original, mask, margins: this.frame.margins };
  }

  /**
   * Restores inputs, but not the size, which is one of the settings. What is painted on the same picture meanwhile can be
   * brought back by the canvas's own undo.
   */
  restore({ mode, original, mask, margins }: Inputs): void {
    this.enter(mode);
    if (original !== this.source.current) this.#open(original);
    if (!original) return;
    if (mask) this.board.take(mask);
    this.frame.restore(margins);
  }

  /**
   * Works on another picture, or none, without mask and frame. The previous one can be brought back, with its mask and undo
   * history.
   */
  take(original: Original | null): void {
    this.#open(original);
    if (original) this.suitSize();
  }

  #open(original: Original | null): void {
    const before = this.source.current;
    const masked = this.board.bounds !== null;
    if (before && before !== original) {
      this.board.cancel();
      this.#scenes.leave(
        original ? words.changes.replaced(before.name, masked) : words.changes.removed(before.name, masked),
      );
    }
    this.source.take(original);
    this.board.open(original ?? { width: 1, height: 1 });
    this.frame.close();
    if (original) this.viewport.open(original);
  }

  /** Undoes a stroke in progress, or what is announced; else the last stroke, or brings back the previous picture. */
  undoLatest(): void {
    if (this.board.isPainting) this.board.cancel();
    else if (this.#changes.news) this.#changes.undo();
    else this.undo();
  }

  /** Undoes the last stroke, or brings back the previous picture. */
  undo(): void {
    if (this.board.canUndo || this.board.isPainting) this.board.undo();
    else this.#scenes.undo();
  }

  redo(): void {
    if (this.board.canRedo) this.board.redo();
    else if (this.canRedo) this.#scenes.redo();
  }

  /** Changes what pictures are made from. The size is what this mode was left with, or else suits the picture. */
  choose(mode: Mode): void {
    this.enter(mode);
    this.#takeSize();
  }

  /** As `choose`, for whoever brings a size along. */
  enter(mode: Mode): void {
    this.#keepSize();
    this.mode = mode;
  }

  /** Chooses how much of the picture is drawn at once, which has a size of its own. */
  chooseArea(area: Area): void {
    this.#keepSize();
    this.#form.settings.current.area = area;
    this.#takeSize();
  }

  /** Other modes suit their sizes to the picture again: those were for another model. */
  forgetSizes(): void {
    this.#sizes.clear();
  }

  /** What has a size of its own. */
  get #sized(): string {
    return this.inPart ? `${this.mode} ${this.#form.settings.current.area}` : this.mode;
  }

  #keepSize(): void {
    const { width, height } = this.#form.settings.current;
    this.#sizes.set(this.#sized, { width, height, original: this.source.current });
  }

  #takeSize(): void {
    const left = this.#sizes.get(this.#sized);
    if (left && (this.mode === 'text' || left.original === this.source.current)) {
      const { width, height } = left;
      this.#form.take({ width, height });
    } else if (this.mode !== 'text') this.suitSize();
  }

  /** Switches to a mode with a source picture: the current one, or one that this model can do. */
  choosePictureMode(): void {
    const facts = this.#facts();
    const able = facts ? modesOf(facts) : (['image'] as const);
    if (this.mode !== 'text' && able.some((mode) => mode === this.mode)) return;
    this.enter(able.find((mode) => mode !== 'text' && mode !== 'outpaint') ?? 'image');
  }

  /** Adapts to another model: leaves modes that it cannot do. */
  suitModel(facts: ModelFacts): void {
    if (modesOf(facts).includes(this.mode)) return;
    this.choose(this.mode === 'instruct' && this.source.current ? 'image' : modesOf(facts)[0]);
  }

  /** Moves the frame's sides; the size to draw follows. */
  pull(margins: Partial<Margins>): void {
    this.frame.pull(margins);
    this.suitSize();
    this.#changes.dismiss();
  }

  /** Moves the frame's sides back to where they were before they were last moved, or forth again. */
  stepFrame(to: 'undo' | 'redo'): void {
    this.frame[to]();
    this.suitSize();
  }

  /** Chooses a size with the shape of the source that the model draws well. */
  suitSize(): void {
    const original = this.source.current;
    const facts = this.#facts();
    if (!original || !facts) return;
    const { width, height } = facts.defaults;
    const own = this.mode === 'outpaint' ? this.frame.around(original) : original;
    const sizes = { ...rangeOf('width', this.#form.multiple), area: width * height };
    this.#form.take(
      this.inPart && this.#form.settings.current.area === 'masked' ? { width, height } : sizeLike(own, sizes),
    );
  }

  get #scene(): Scene {
    const { width, height } = this.#form.settings.current;
    const { sheet, size: brush } = this.board;
    return { original: this.source.current, sheet, brush, margins: this.frame.margins, width, height };
  }

  #set({ original, sheet, brush, margins, width, height }: Scene): void {
    this.source.take(original);
    this.board.restore(sheet);
    this.board.size = brush;
    if (original) this.viewport.open(original);
    this.frame.restore(margins);
    this.#form.take({ width, height });
  }

  /** Chooses the picture's own size, where that can be drawn. */
  takeSizeOf({ width, height }: Original): void {
    const { max } = rangeOf('width', this.#form.multiple);
    if (this.mode !== 'image' || Math.max(width, height) > max) return;
    this.#form.take({ width, height });
    this.#form.settleAll();
  }
}
